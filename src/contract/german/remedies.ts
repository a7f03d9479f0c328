/** What to do about each coded error, and why an expert was picked, in German; keys and fillings as in `faults.ts`. */
export const REMEDIES_DE: Record<string, string> = {
  'use another copy of the file and its passphrase; nothing was changed':
    'eine andere Kopie der Datei und ihr Kennwort nehmen; geändert wurde nichts',
  'the classifier takes this for a question to {} ({})': 'der Klassifikator hält das für eine Frage an {} ({})',
  'electricity {}, heat worth {}, wear {}': 'Strom {}, Wärme im Wert von {}, Verschleiß {}',
  '{} waits for sun or wanted heat: {} a kWh': '{} wartet auf Sonne oder gewünschte Wärme: {} je kWh',
  '{}: {} a kWh, {} kWh a million tokens, margin {} %': '{}: {} je kWh, {} kWh je Million Token, Aufschlag {} %',
  "{}; the owner's least price holds": '{}; der Mindestpreis des Eigentümers gilt',
  '{} paying askers': '{} zahlende Fragende',
  '{} want {}, {} other nodes have it': '{} wollen {}, {} andere Knoten haben ihn',
  '{} ({}) makes room: {}': '{} ({}) macht Platz: {}',
  'node {} of the swarm answers': 'Knoten {} des Schwarms antwortet',
  'the classifier knows no expert for this ({})': 'der Klassifikator kennt dafür keinen Experten ({})',
  'the classifier chose {} ({}), which cannot be picked here':
    'der Klassifikator wählte {} ({}), der hier nicht gewählt werden kann',
  '{}; {} answers': '{}; es antwortet {}',
  'mend what the message names, then try again': 'berichtigen, was die Meldung nennt, dann noch einmal versuchen',
  'mend the board file at the path named in the message': 'die genannte Boarddatei berichtigen',
  'put back the model file named in the message, or move its directory away; for a file of your own `heatmine experts pull FILE` writes an expert.json to begin with':
    'die genannte Modelldatei zurücklegen oder ihr Verzeichnis wegräumen; für eine eigene Datei schreibt `heatmine experts pull FILE` eine expert.json als Anfang',
  'docs/PROTOCOL-receipts.md says what a receipt or voucher must hold; do not sign or deliver on it':
    'docs/PROTOCOL-receipts.md sagt, was ein Beleg enthalten muss; nicht darauf unterschreiben oder liefern',
  '`heatmine receipts --verify` says what is left; the damaged file lies beside the ledger':
    '`heatmine receipts --verify` sagt, was übrig ist; die beschädigte Datei liegt neben dem Kassenbuch',
  'make room on the disk or replace it; no paid work is taken until the ledger can be written':
    'Platz auf dem Datenträger schaffen oder ihn ersetzen; bezahlte Arbeit wartet, bis das Kassenbuch schreibbar ist',
  'each answer can be told of once, within two days; ask again to tell of another one':
    'zu jeder Antwort lässt sich einmal etwas sagen, binnen zwei Tagen; für eine andere noch einmal fragen',
  'ask again, over another relay: something on the way changed, repeated or cut the message':
    'noch einmal über ein anderes Relais fragen: unterwegs wurde die Nachricht verändert, wiederholt oder gekürzt',
  'use a TRY2010 (.dat) or TRY2015 (.txt) file, or leave `weather` out for the built-in generator':
    'eine Datei TRY2010 (.dat) oder TRY2015 (.txt) nehmen, oder `weather` weglassen',
  'stop the other program, or choose other ports with --port-base':
    'das andere Programm beenden oder mit --port-base andere Ports wählen',
  '{} lists the commands; each has a --help of its own, with an example':
    '{} zeigt die Befehle; jeder hat ein eigenes --help mit Beispiel',
  'start the unit with `npm start`': 'das Gerät mit `npm start` starten',
  'check power and the wire of the device named in the message, and its address':
    'Strom, Leitung und Adresse des genannten Geräts prüfen',
  'unplug devices one by one: something holds the bus low':
    'Geräte eins nach dem anderen abziehen: etwas hält den Bus fest',
  'check shielding, pull-ups and termination': 'Schirm, Pull-ups und Abschluss prüfen',
  'check power and wiring of the device named in the message': 'Strom und Leitung des genannten Geräts prüfen',
  'the simulated hardware or the bus went away; the supervisor restarts it':
    'die simulierte Hardware oder der Bus ist weg; der Aufseher startet sie neu',
  'start the unit anew: it runs another version than this command':
    'das Gerät neu starten: es läuft in einer anderen Fassung als dieser Befehl',
  'give what the message asks for': 'angeben, was die Meldung verlangt',
  'must be at most {}': 'höchstens {}',
  'must be an address such as https://example.org': 'muss eine Adresse sein wie https://example.org',
  'must be an address such as me@example.org': 'muss eine Adresse sein wie me@example.org',
  '; such as {}': '; etwa {}',
  'this backup cannot be used: {}': 'diese Sicherung ist nicht zu gebrauchen: {}',
  'it is of a newer HeatMine; update this one first': 'sie ist von einem neueren HeatMine; zuerst dieses aktualisieren',
  'it was made by HeatMine {}; update this one first': 'sie ist von HeatMine {}; zuerst dieses aktualisieren',
  'config.yaml of the backup': 'config.yaml der Sicherung',
  'it is no backup of a unit': 'sie ist keine Sicherung eines Geräts',
  'it is damaged: its sum does not fit': 'sie ist beschädigt: ihre Prüfsumme stimmt nicht',
  'its header is damaged': 'ihr Kopf ist beschädigt',
  'its body is damaged': 'ihr Inhalt ist beschädigt',
  'its body is no gzip, or over {} bytes': 'ihr Inhalt ist nicht zu entpacken oder größer als {} Byte',
  'it is sealed; give its passphrase': 'sie ist versiegelt; ihre Passphrase angeben',
  'the passphrase is wrong': 'die Passphrase ist falsch',
  'it names a file "{}"': 'sie nennt eine Datei „{}“',
  '{} is damaged': '{} ist beschädigt',
  'must be at least {}': 'mindestens {}',
  'must be one of {}': 'eines von {}',
  'must be an object in braces': 'muss ein Objekt in geschweiften Klammern sein',
  'must be a list in brackets': 'muss eine Liste in eckigen Klammern sein',
  'send the shape that docs/topics.md or docs/ARCHITECTURE.md gives':
    'die Form senden, die docs/topics.md oder docs/ARCHITECTURE.md angeben',
  'wait and try again': 'warten und wieder versuchen',
  'the house grants the accelerator no watts now; the answer says why':
    'das Haus erlaubt dem Rechner jetzt keine Leistung; die Antwort sagt, warum',
  'shorten the text': 'den Text kürzen',
  '{} lists the experts': '{} zeigt die Experten',
  'experts ls': 'experts ls',
  'give the code, or the user and password, that is asked for':
    'den Code angeben, oder Benutzer und Passwort, wonach gefragt wird',
  'that peer broke the protocol (docs/PROTOCOL.md); ask another, or tell its operator':
    'dieser Knoten brach das Protokoll (docs/PROTOCOL.md); einen anderen fragen oder seinem Betreiber sagen',
  'run `heatmine join LINE` with an invite line of another node, or print one with `heatmine invite`':
    '`heatmine join ZEILE` mit der Einladung eines anderen Knotens aufrufen, oder mit `heatmine invite` eine ausgeben',
  'join by the line of a relay that somebody else runs (`heatmine join LINE`), or ask in the clear with --direct; on one machine or LAN: swarm.nearRelays':
    'mit der Einladung eines Relais beitreten, das jemand anders betreibt (`heatmine join ZEILE`), oder mit --direct offen fragen; auf einer Maschine oder im LAN: swarm.nearRelays',
  'ask again: another relay or expert is tried; `heatmine peers` shows who answers now':
    'noch einmal fragen: ein anderes Relais oder ein anderer Experte kommt an die Reihe; `heatmine peers` zeigt, wer gerade antwortet',
  'ask for an expert that the node offers, at its price or above; `heatmine peers` lists them':
    'nach einem Experten fragen, den der Knoten anbietet, zu seinem Preis oder mehr; `heatmine peers` zeigt sie',
  'ask again when the message says, ask another node, or offer a price with --max-price':
    'zur genannten Zeit wieder fragen, einen anderen Knoten fragen oder mit --max-price einen Preis bieten',
  'ask for free, wait, or raise `swarm.spendUcPerDay` in config.yaml (micro-credits in 24 hours)':
    'kostenlos fragen, warten oder `swarm.spendUcPerDay` in config.yaml erhöhen (Mikro-Credits in 24 Stunden)',
  'ask what it costs again: a quote holds ten minutes, for one question':
    'noch einmal nach dem Preis fragen: Ein Angebot gilt zehn Minuten und für eine Frage',
  'give a voucher over what is open, or ask for fewer tokens (maxTokens): docs/PROTOCOL-receipts.md':
    'einen Gutschein über das Offene geben oder weniger Tokens verlangen (maxTokens): docs/PROTOCOL-receipts.md',
};

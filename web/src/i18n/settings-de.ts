import type { settingsEn } from './settings-en.ts';

export const settingsDe: typeof settingsEn = {
  log: {
    title: 'Protokoll',
    empty: 'Noch ist nichts geschehen.',
    failed: (why) => `Das Protokoll konnte nicht gelesen werden: ${why}`,
    level: { info: 'Hinweis', warn: 'Warnung', fault: 'Störung' },
    clocks:
      'Dieses Haus ist simuliert: Seine Ereignisse tragen seine eigene Zeit, die der Maschine die Zeit an der Wand.',
    faults: 'Störungen jetzt',
    noFault: 'Jetzt keine Störung.',
    events: 'Was geschehen ist',
    house: 'Haus',
    wall: 'Wand',
    show: 'Zeigen',
    all: 'Alles',
    worst: 'Warnungen und Störungen',
    noWorst: 'Keine Warnung und keine Störung in dem, was aufgehoben ist.',
    older: 'Ältere zeigen',
  },
  commission: {
    title: 'Inbetriebnahme',
    intro:
      'Das Gerät prüft Pumpen, Ventile und Fühler nacheinander und heizt nur dafür. Jeder Ausgang lässt sich von Hand fahren; die Verriegelung hat das letzte Wort.',
    begin: 'Inbetriebnahme beginnen',
    end: 'Beenden, normal regeln',
    hold: 'Von Hand fahren',
    letGo: 'Loslassen',
    now: 'jetzt',
    result: { PASS: 'bestanden', FAIL: 'nicht bestanden', SKIP: 'ausgelassen' },
  },
  claim: {
    title: 'Dieser Browser ist hier neu',
    how: 'HeatMine zeigt und stellt das Haus nur dem, der einen Code hat. Das gibt auf dem Gerät im Haus einen aus:',
    code: 'Code',
    send: 'Eingeben',
    wrong: 'Der Code ist falsch, benutzt oder zu alt. Einen neuen ausgeben; nach einigen Versuchen eine Minute warten.',
  },
  backup: {
    title: 'Sichern und wiederherstellen',
    intro:
      'Schlüssel, Einstellungen, Kassenbuch, Verlauf und was über dieses Haus gelernt wurde, in einer Datei, die nur die Passphrase öffnet. Eine vergessene Passphrase kann niemand wiederherstellen.',
    passphrase: (n) => `Passphrase, mindestens ${n} Zeichen`,
    make: 'Sicherung anlegen',
    made: 'Die Sicherung ist angelegt; Ihr Browser hat sie bei den Downloads.',
    file: 'Sicherungsdatei',
    choose: 'Datei wählen',
    none: 'keine gewählt',
    restore: 'Wiederherstellen',
    staged: (n) =>
      `${n} Dateien liegen bereit und gelten ab dem nächsten Start des Geräts; was sie ersetzen, bleibt aufgehoben.`,
  },
  settings: {
    title: 'Einstellungen',
    failed: (why) => `Die Einstellungen konnten nicht gelesen werden: ${why}`,
    notify: 'Bei einer Störung benachrichtigt',
    notifyTo: (targets) => `Störungen gehen an: ${targets}.`,
    noNotify:
      'Noch erfährt niemand von einer Störung: ein ntfy-Thema für ein Telefon, eine E-Mail-Adresse oder ein Webhook genügt.',
    change: 'Wer benachrichtigt wird',
    targets: { ntfy: 'ntfy aufs Telefon', email: 'E-Mail', webhook: 'Webhook' },
    from: { page: 'hier gesetzt', file: 'in config.yaml gesetzt' },
    by: 'Durch',
    ntfyUrl: 'Thema, etwa https://ntfy.sh/ein-name-den-niemand-errät',
    webhookUrl: 'Adresse, etwa https://example.org/hook',
    mail: {
      to: 'An',
      host: 'SMTP-Server',
      port: 'Port (465: TLS von Anfang an)',
      username: 'Benutzer',
      password: 'Passwort',
      from: 'Von, wenn nicht der Benutzer',
    },
    save: 'Speichern',
    remove: 'Hier Gesetztes entfernen',
    saved: 'Gespeichert; Adressen und Passwörter werden nicht wieder gezeigt. Jetzt eine Probe senden.',
    removed: 'Entfernt.',
    test: 'Probe senden',
    delivered: 'zugestellt',
    config: 'Geltende Konfiguration',
    support: 'Paket für den Support',
    supportNote: 'für jemanden, der hilft: Zustand, Ereignisse und ein Tag Verlauf, ohne Geheimnisse',
    level: {
      owner: 'Dieser Browser ist als der eines Eigentümers bekannt.',
      installer: 'Dieser Browser ist als der eines Installateurs bekannt.',
    },
  },
  zone: {
    house: (house, own) =>
      `Alle Zeiten auf dieser Seite sind die des Hauses (${house}), nicht die Ihres Browsers (${own}).`,
    unknown: (house, own) =>
      `Dieser Browser kennt die Zeitzone des Hauses nicht (${house}): Die Zeiten sind die seinen (${own}).`,
    read: 'Verstanden',
  },
};

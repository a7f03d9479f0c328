/** What the experts that ship say of themselves in their expert.json; keys and fillings as in `faults.ts`. */
export const EXPERTS_DE: Record<string, string> = {
  'Common ancestor': 'Gemeinsamer Vorfahr',
  'Small language model of all three tasks; parent of the experts and the yardstick they must beat.':
    'Kleines Sprachmodell für alle drei Aufgaben; aus ihm sind die Experten gemacht, und ihn müssen sie schlagen.',

  'Which expert': 'Welcher Experte',
  'Picks the expert for a question that names none.': 'Wählt den Experten für eine Frage, die keinen nennt.',
  'faults {}, status {}, convert {}, unknown {}': 'faults {}, status {}, convert {}, unbekannt {}',

  'Heating arithmetic': 'Rechnen rund ums Heizen',
  'Units and heating sums with the working shown; the result stands after the last "=".':
    'Einheiten und Heizungsrechnungen mit Rechenweg; das Ergebnis steht hinter dem letzten „=“.',
  'Beats the ancestor and the nearest-neighbour baseline overall. Wordings and operands are new. Wrong, and silent about it, beyond its digits and units: see models/README.md. The working can be checked.':
    'Schlägt im Ganzen den Vorfahren und den nächsten Nachbarn. Wortlaut und Zahlen der Prüfung sind neu. Jenseits seiner Stellen und Einheiten falsch, ohne es zu sagen: siehe models/README.md. Der Rechenweg lässt sich prüfen.',

  'Heat pump faults': 'Störungen der Wärmepumpe',
  'Symptom or fault code, English or German: answers with one vetted entry, or says that it does not know.':
    'Symptom oder Störungscode, englisch oder deutsch: antwortet mit einem geprüften Eintrag oder sagt, dass er es nicht weiß.',
  'Beats the ancestor and the nearest-neighbour baseline overall. Paraphrases alone: {} of {}, nearest neighbour {} of {}. Families outside the catalogue: says so in {} of {}. Must not be relied on for gas alarms. The held-out wordings were frozen before training, but one author wrote both.':
    'Schlägt im Ganzen den Vorfahren und den nächsten Nachbarn. Umschreibungen allein: {} von {}, nächster Nachbar {} von {}. Was nicht im Katalog steht: sagt es in {} von {} Fällen. Bei Gasalarm ist kein Verlass auf ihn. Der Wortlaut der Prüfung stand vor dem Training fest, aber ein und derselbe Mensch schrieb beides.',

  'Unit status in words': 'Der Stand des Geräts in Worten',
  'State of a unit as JSON in, plain sentences with the same numbers out.':
    'Der Zustand eines Geräts als JSON hinein, schlichte englische Sätze mit denselben Zahlen heraus.',
  'Beats the ancestor and the nearest-neighbour baseline overall. Field combinations and numbers are new; the sentence patterns are those trained on.':
    'Schlägt im Ganzen den Vorfahren und den nächsten Nachbarn. Felder und Zahlen der Prüfung sind neu; die Satzmuster sind die des Trainings.',

  'served by the upstream; its quality was not measured here':
    'auf einem anderen Rechner; seine Güte wurde hier nicht gemessen',
};

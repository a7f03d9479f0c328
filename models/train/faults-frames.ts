/** Ways of asking, and things that are not in the catalogue. Dev lists are never trained on. */
export const FRAMES = {
  en: [
    '{s}',
    '{s}?',
    'help, {s}',
    'what to do when {s}',
    '{s}, what now?',
    'my problem: {s}',
    'why is it that {s}?',
    'what does it mean when {s}',
    'hello, {s}. what can I do?',
    'since yesterday {s}',
    'it says {s}',
    'please help: {s}',
    'I think {s}',
    'this morning {s}',
    'good evening, {s}, what should I do',
    'I see that {s}',
    'any hint why {s}',
    'how to repair: {s}',
    'we have a problem, {s}',
    'sorry to ask, but {s}',
    'again {s}',
    'I found out that {s} today',
    '{s} and I do not know why',
    '{s} since last week',
    'is it bad when {s}?',
    '{s}, is that dangerous?',
    'my wife says {s}',
    'reason for: {s}',
    'tell me why {s}',
    'what can be done if {s}',
    'in our house {s}',
  ],
  de: [
    '{s}',
    '{s}?',
    'Hilfe, {s}',
    'was tun, wenn {s}',
    '{s}, was jetzt?',
    'mein Problem: {s}',
    'warum ist das so: {s}?',
    'was bedeutet es: {s}',
    'hallo, {s}. was kann ich tun?',
    'seit gestern: {s}',
    'da steht {s}',
    'bitte um Hilfe: {s}',
    'ich glaube, {s}',
    'heute Morgen: {s}',
    'guten Abend, {s}, was soll ich tun',
    'ich sehe: {s}',
    'woran liegt es: {s}',
    'wie repariere ich das: {s}',
    'wir haben ein Problem, {s}',
    'Entschuldigung, aber {s}',
    'schon wieder: {s}',
    'ich habe heute bemerkt: {s}',
    '{s} und ich weiß nicht warum',
    '{s} seit letzter Woche',
    'ist es schlimm: {s}?',
    '{s}, ist das gefährlich?',
    'meine Frau sagt, {s}',
    'Grund für: {s}',
    'sag mir, warum {s}',
    'was kann man machen, wenn {s}',
    'bei uns im Haus: {s}',
  ],
};

export const DEV_FRAMES = {
  en: [
    'good morning, I noticed that {s}',
    '{s} - any idea?',
    'for two days now {s} and I am worried',
    'how do I fix this: {s}',
    'can you tell me why {s}',
  ],
  de: [
    'guten Morgen, mir fiel auf: {s}',
    '{s} - irgendeine Idee?',
    'seit zwei Tagen gilt: {s}, ich mache mir Sorgen',
    'wie behebe ich das: {s}',
    'kannst du mir sagen, warum {s}',
  ],
};

export const CODE_FRAMES = {
  en: [
    '{c}',
    'code {c}',
    'error {c}',
    'fault {c}',
    'what is {c}?',
    'what does {c} mean?',
    'the display shows {c}',
    '{c} again',
    'help with error code {c}',
    'alarm {c}',
  ],
  de: [
    'Fehler {c}',
    'Fehlercode {c}',
    'was ist {c}?',
    'was bedeutet {c}?',
    'die Anzeige zeigt {c}',
    'schon wieder {c}',
    'Hilfe bei Störung {c}',
    'Störung {c}',
    'Alarm Nummer {c}',
  ],
};

export const DEV_CODE_FRAMES = {
  en: ['it stopped with {c}', 'I got {c} this morning', 'meaning of code {c} please'],
  de: ['sie blieb mit {c} stehen', 'heute früh kam {c}', 'Bedeutung von Code {c} bitte'],
};

const list = (text: string): string[] => text.split(';').map((s) => s.trim());

/** Faults of other things: the right answer is that we do not know. */
export const UNKNOWN = {
  en: list(
    'the washing machine leaks; the car does not start; the printer is out of paper; the oven is broken; the fridge is too loud; my phone battery is empty; the tv has no picture; the garage door is stuck; the toilet is blocked; the dishwasher smells; the lawn mower stalls; the doorbell is silent; the roof tiles are loose; the bicycle tyre is flat; the coffee machine drips; the vacuum cleaner is weak; what is the capital of France; tell me a joke; how old are you; who won the match; write a poem; bake a cake; my dog is ill; the neighbour is annoying; the mail did not arrive; the chimney is dirty; the gas boiler burner does not ignite; the oil tank is empty; the wood stove smokes; the window is broken; the key is lost; the lamp flickers; the elevator is stuck; the alarm clock is late; my shoes are wet; the sauna is broken; the swimming pool is green; the drill does not turn; what is the weather tomorrow; how do I get rich; translate this sentence; the train is late; the laptop is slow; the wallbox does not charge; the tap in the kitchen is loose; the blinds do not close; the router password is lost; the keyboard is dirty; the meaning of life; the sewing machine is stuck; the tractor is broken; the microwave beeps; the cat is too fat; the shelf is crooked; the paint is peeling; the piano is out of tune',
  ),
  de: list(
    'die Waschmaschine läuft aus; das Auto springt nicht an; der Drucker hat kein Papier; der Backofen ist kaputt; der Kühlschrank ist zu laut; der Akku vom Handy ist leer; der Fernseher hat kein Bild; das Garagentor klemmt; die Toilette ist verstopft; die Spülmaschine stinkt; der Rasenmäher geht aus; die Klingel ist stumm; die Dachziegel sind locker; der Fahrradreifen ist platt; die Kaffeemaschine tropft; der Staubsauger ist schwach; was ist die Hauptstadt von Frankreich; erzähl einen Witz; wie alt bist du; wer hat das Spiel gewonnen; schreib ein Gedicht; backe einen Kuchen; mein Hund ist krank; der Nachbar nervt; die Post kam nicht; der Kamin ist schmutzig; der Gasbrenner zündet nicht; der Öltank ist leer; der Holzofen raucht; das Fenster ist kaputt; der Schlüssel ist weg; die Lampe flackert; der Aufzug hängt; der Wecker ist zu spät; meine Schuhe sind nass; die Sauna ist kaputt; der Pool ist grün; die Bohrmaschine dreht nicht; wie wird das Wetter morgen; wie werde ich reich; übersetze diesen Satz; der Zug ist zu spät; der Laptop ist langsam; die Wallbox lädt nicht; der Wasserhahn ist locker; die Rollläden gehen nicht zu; das Passwort vom Router ist weg; die Tastatur ist schmutzig; der Sinn des Lebens; die Nähmaschine klemmt; der Traktor ist kaputt; die Mikrowelle piept; die Katze ist zu dick; das Regal ist schief; die Farbe blättert ab; das Klavier ist verstimmt',
  ),
};

export const DEV_UNKNOWN = {
  en: list(
    'the solar inverter hums; the lift door is jammed; the tumble dryer does not dry; my scooter is broken; the radio has no reception; the gutter is full of leaves; the electric car charges slowly; who wrote this book; the hair dryer is too hot; the fence fell over; recommend a film; the smoke detector battery is low; the carpet is stained; the drone lost its signal; the satellite dish is bent; my tooth hurts',
  ),
  de: list(
    'der Wechselrichter vom Dach summt; die Haustür quietscht; der Trockner trocknet nicht; mein Roller ist kaputt; das Radio hat keinen Empfang; die Dachrinne ist voller Laub; das Elektroauto lädt langsam; wer schrieb dieses Buch; der Föhn ist zu heiß; der Zaun ist umgefallen; empfiehl einen Film; der Rauchmelder braucht eine Batterie; der Teppich hat Flecken; die Drohne ist weg; die Satellitenschüssel ist verbogen; mein Zahn tut weh',
  ),
};

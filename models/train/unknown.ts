/** Questions about anything but the unit: foreign things with the troubles that the unit has, too, and plain chat. */
import type { Language } from '../faults/catalogue.ts';
import type { Rng } from './rng.ts';

const list = (text: string): string[] => text.split(';').map((s) => s.trim());

const THINGS = {
  en: list(
    'car; bicycle; printer; oven; fridge; freezer; phone; television; toilet; dishwasher; mower; doorbell; roof; tyre; coffee machine; vacuum cleaner; dog; cat; neighbour; chimney; gas boiler; oil tank; wood stove; window; key; lamp; elevator; alarm clock; shoe; sauna; pool; drill; train; bus; laptop; wallbox; kitchen tap; blind; keyboard; sewing machine; tractor; microwave; shelf; piano; guitar; camera; aquarium; blender; toaster; kettle; iron; bathtub; sofa; mattress; table; chair; cupboard; mirror; curtain; door handle; lock; letter box; parasol; barbecue; trailer; caravan; boat; motorbike; helmet; watch; ring; necklace; jacket; zip; umbrella; backpack; suitcase; pen; notebook; tablet; mouse; monitor; speaker; headphone; microphone; console; game; app; website; email; bank card; passport; garden hose; greenhouse; hedge; tree; lawn; flower; horse; chicken; bee; soup; bread; cheese; pizza; recipe; knife; pan; glass; bottle; candle; bucket; ladder; hammer; saw; nail; paint brush; scissors; spoon; fork; plate; cup; tea; juice; apple; banana; salad; egg; milk; bus stop; bridge; street light; taxi; airplane; ship; tunnel; ticket; hotel; beach; tower; church; museum; cinema; theatre; concert; drum; trumpet; flute; piano stool; dress; trousers; shirt; sock; glove; hat; belt; wallet; purse; coin; lottery ticket; stamp; envelope; pencil; eraser; ruler; calculator; map; globe; telescope; microscope; balloon; kite; doll; puzzle; ball; racket; ski; skate; surfboard; canoe; fishing rod; tadpole; parrot; hamster; rabbit; cow; goat; sheep; duck; spider; mosquito; rose; tulip; oak; mushroom; potato; carrot; onion; finger; nose; ear; foot; hair; beard; skin; dentist; doctor; teacher; lawyer; police; government; football; chess; marriage; birthday; holiday; school; office; team; boss; baby; knee; back; eye; stomach; song; poem; novel',
  ),
  de: list(
    'das Auto; das Fahrrad; der Drucker; der Backofen; der Kühlschrank; die Truhe; das Handy; der Fernseher; die Toilette; die Spülmaschine; der Rasenmäher; die Klingel; das Dach; der Reifen; die Kaffeemaschine; der Staubsauger; der Hund; die Katze; der Nachbar; der Kamin; die Gastherme; der Öltank; der Holzofen; das Fenster; der Schlüssel; die Lampe; der Aufzug; der Wecker; der Schuh; die Sauna; der Pool; die Bohrmaschine; der Zug; der Bus; der Laptop; die Wallbox; der Wasserhahn; der Rollladen; die Tastatur; die Nähmaschine; der Traktor; die Mikrowelle; das Regal; das Klavier; die Gitarre; die Kamera; das Aquarium; der Mixer; der Toaster; der Wasserkocher; das Bügeleisen; die Badewanne; das Sofa; die Matratze; der Tisch; der Stuhl; der Schrank; der Spiegel; der Vorhang; die Klinke; das Schloss; der Briefkasten; der Sonnenschirm; der Grill; der Anhänger; der Wohnwagen; das Boot; das Motorrad; der Helm; die Armbanduhr; der Ring; die Kette; die Jacke; der Regenschirm; der Rucksack; der Koffer; der Stift; das Heft; das Tablet; die Maus; der Monitor; der Lautsprecher; der Kopfhörer; das Mikrofon; die Konsole; das Spiel; die App; die Webseite; die Bankkarte; der Ausweis; der Gartenschlauch; das Gewächshaus; die Hecke; der Baum; der Rasen; die Blume; das Pferd; das Huhn; die Biene; die Suppe; das Brot; der Käse; die Pizza; das Rezept; das Messer; die Pfanne; das Glas; die Flasche; die Kerze; der Eimer; die Leiter; der Hammer; die Säge; der Nagel; der Pinsel; die Schere; der Löffel; die Gabel; der Teller; die Tasse; der Tee; der Saft; der Apfel; die Banane; der Salat; das Ei; die Milch; die Haltestelle; die Brücke; die Laterne; das Taxi; das Flugzeug; das Schiff; der Tunnel; die Fahrkarte; das Hotel; der Strand; der Turm; die Kirche; das Museum; das Kino; das Theater; das Konzert; die Trommel; die Trompete; die Flöte; das Kleid; die Hose; das Hemd; die Socke; der Handschuh; der Hut; der Gürtel; die Geldbörse; die Münze; das Los; die Briefmarke; der Umschlag; der Bleistift; das Lineal; der Taschenrechner; die Landkarte; der Globus; das Fernrohr; das Mikroskop; der Luftballon; der Drachen; die Puppe; das Puzzle; der Ball; der Schläger; der Ski; der Schlitten; das Kanu; die Angel; der Papagei; der Hamster; das Kaninchen; die Kuh; die Ziege; das Schaf; die Ente; die Spinne; die Mücke; die Rose; die Tulpe; die Eiche; der Pilz; die Kartoffel; die Karotte; die Zwiebel; der Finger; die Nase; das Ohr; der Fuß; das Haar; der Bart; die Haut; der Zahnarzt; der Arzt; der Lehrer; der Anwalt; die Polizei; die Regierung; der Fußball; das Schach; die Hochzeit; der Geburtstag; der Urlaub; die Schule; das Büro; die Mannschaft; der Chef; das Baby; das Knie; der Rücken; das Auge; der Bauch; das Lied; das Gedicht; der Roman',
  ),
};

const TROUBLES = {
  en: list(
    'is broken; is too loud; is too hot; is too cold; is dirty; is wet; is slow; is empty; is full; is lost; is stuck; does not work; does not start; does not open; leaks; smells; rattles; hums; squeaks; is dead; is old; is expensive; is too small; has a crack; is blocked; does not answer; is offline; fell over; is bent; is loose; blinks; beeps; needs repair; hurts; is ill; is late; is gone; has no signal; does not charge; has stains; is torn; is sour; melted; got stolen; is on fire; is crooked; is out of stock; is boring; ran away; has a hole; is scratched; is rusty; snapped; is too tight; is cancelled; does not fit; came off; is sold out; needs a battery; charges slowly; does not dry; turned black',
  ),
  de: list(
    'ist kaputt; ist zu laut; ist zu heiß; ist zu kalt; ist schmutzig; ist nass; ist langsam; ist leer; ist voll; ist weg; klemmt; geht nicht; startet nicht; geht nicht auf; tropft; stinkt; klappert; brummt; quietscht; ist tot; ist alt; ist teuer; ist zu klein; hat einen Riss; ist verstopft; antwortet nicht; ist offline; ist umgekippt; ist krumm; ist locker; blinkt; piept; muss repariert werden; tut weh; ist krank; ist zu spät; ist verschwunden; hat kein Netz; lädt nicht; hat einen Fleck; ist zerrissen; ist sauer; ist geschmolzen; wurde gestohlen; brennt; ist schief; ist ausverkauft; ist langweilig; ist weggelaufen; hat ein Loch; ist zerkratzt; rostet; ist durchgebrochen; ist zu eng; fällt aus; passt nicht; ist abgegangen; braucht eine Batterie; lädt langsam; trocknet nicht; ist schwarz geworden; ist gewachsen',
  ),
};

const CHAT = {
  en: list(
    'tell me about the {w}; what is a {w}; who invented the {w}; I like my {w}; can you explain a {w}; write a story about a {w}; where is my {w}; buy a new {w}; how much is a {w}; recommend a {w}; draw a {w}; which {w} is best; sing about the {w}; who made this {w}; how do I clean my {w}; paint the {w}',
  ),
  de: list(
    'erzähl mir was: {w}; was kostet {w}; wer erfand {w}; ich mag {w} sehr; erkläre mir {w}; schreib über {w}; wo ist {w}; ich kaufe {w}; empfiehl mir {w}; male {w}; wie putze ich {w}; sing ein Lied über {w}; wer machte {w}; was bedeutet {w}; gehört mir {w}; verkaufe {w}',
  ),
};

/** A word of no language. */
export const inventedWord = (rng: Rng): string =>
  Array.from({ length: 2 + rng.int(3) }, () => rng.pick([...'bdfgklmnprstvz']) + rng.pick([...'aeiou'])).join('');

/** A trouble that the unit has too is no fault of the unit when its subject is unheard of. */
const INVENTED_THINGS = 0.15;

const thingOf = (language: Language, rng: Rng): string => {
  if (!rng.chance(INVENTED_THINGS)) return rng.pick(THINGS[language]);
  const word = inventedWord(rng);
  return language === 'en' ? word : `${rng.pick(['der', 'die', 'das'])} ${word[0]?.toUpperCase()}${word.slice(1)}`;
};

export const foreignQuestion = (language: Language, rng: Rng): string => {
  const thing = thingOf(language, rng);
  if (rng.chance(0.3)) return rng.pick(CHAT[language]).replace('{w}', thing);
  const possessive = thing.replace(/^die /, 'meine ').replace(/^(der|das) /, 'mein ');
  const subject = language === 'de' ? rng.pick([thing, possessive]) : `${rng.pick(['the', 'my', 'our'])} ${thing}`;
  return `${subject} ${rng.pick(TROUBLES[language])}`;
};

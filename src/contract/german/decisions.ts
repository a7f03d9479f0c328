/** Decisions and their reasons in German; keys and fillings as in `faults.ts`. */
export const DECISIONS_DE: Record<string, string> = {
  'a week of observing is over: see what it has shown, and whether control shall drive':
    'eine Woche Beobachten ist vorbei: was es gezeigt hat, und ob die Regelung fahren soll, steht auf der Seite',
  'no temperature sensor answers; check power and wires of the board, or on the board sim the process of the simulated house':
    'kein Temperaturfühler antwortet; Spannung und Leitungen des Boards prüfen, auf dem Board sim den Prozess des simulierten Hauses',
  // What the unit does.
  'Defrosting the outdoor unit with {} from the water': 'Taut die Außeneinheit mit {} aus dem Wasser ab',
  'Hot water {}, charging the tank': 'Warmwasser {}, der Speicher lädt',
  'Cooling: room {}, compressor {} %': 'Kühlt: Raum {}, Verdichter {} %',
  'Heating: {}, {}': 'Heizt: {}, {}',
  'Off: only frost protection': 'Aus: nur Frostschutz',
  'Frost protection: water moves': 'Frostschutz: das Wasser läuft',
  'Idle: room {} needs no cooling': 'Ruht: der Raum mit {} braucht keine Kühlung',
  'room {} of {}': 'Raum {} von {}',
  'water of {} cools it': 'Wasser von {} kühlt ihn',
  'Idle: room {} needs no heat': 'Ruht: der Raum mit {} braucht keine Wärme',
  'Idle: {}': 'Ruht: {}',
  'Commissioning: {}': 'Inbetriebnahme: {}',
  'driven by hand': 'von Hand gefahren',
  'Starting: the sensors are asked for the first time': 'Startet: die Fühler werden zum ersten Mal gefragt',
  'buffer {}': 'Puffer {}',
  'Stopped: {}': 'Gestoppt: {}',
  'Heat pump stopped, heating with {}': 'Wärmepumpe gestoppt, es heizt {}',
  'buffer {} of {}': 'Puffer {} von {}',
  'buffer {} (wanted {})': 'Puffer {} (gewünscht {})',
  'heat pump {}': 'Wärmepumpe {}',
  'heat pump starting': 'Wärmepumpe läuft an',
  'accelerator {}': 'Rechner {}',
  'backup heater': 'Heizstab',
  'the compressor rests {} min more': 'der Verdichter ruht noch {} min',
  'the compressor has had its starts for this hour': 'der Verdichter hatte seine Starts dieser Stunde',
  '{} starts in 24 h: the compressor waits {} min for the next':
    '{} Starts in 24 h: der Verdichter wartet {} min auf den nächsten',
  'the heat pump cannot run: the accelerator heats {}, the backup heater {}; {}':
    'die Wärmepumpe kann nicht laufen: der Rechner heizt mit {}, der Heizstab mit {}; {}',
  'the heat pump cannot run: the accelerator heats {}, the old boiler {}; {}':
    'die Wärmepumpe kann nicht laufen: der Rechner heizt mit {}, der alte Kessel mit {}; {}',
  'the heat pump cannot run, and nothing else heats yet{}':
    'die Wärmepumpe kann nicht laufen, und noch heizt nichts anderes{}',
  '{} an hour instead of {} with the heat pump': '{} je Stunde statt {} mit der Wärmepumpe',
  '{} of electricity instead of {}, at a price nobody has told': '{} Strom statt {}, zu unbekanntem Preis',
  'computing is switched off or paused, but {} and no backup heater is there: the accelerator heats until that is over':
    'das Rechnen ist ausgeschaltet oder hat Pause, aber {}, und ein Heizstab ist nicht da: der Rechner heizt, bis das vorbei ist',
  '; computing is switched off, switch it on for its heat':
    '; das Rechnen ist ausgeschaltet, es würde mit seiner Wärme helfen',
  'cooling water stays above {} °C: {}': 'das Kühlwasser bleibt über {} °C: {}',
  'too humid to cool: water may not be colder than {} °C, {}':
    'zu feucht zum Kühlen: das Wasser darf nicht kälter sein als {} °C, {}',
  'no zone reports its humidity': 'keine Zone meldet ihre Feuchte',
  'the dew point of the most humid zone is {} °C': 'der Taupunkt der feuchtesten Zone liegt bei {} °C',

  // Who drives.
  'driven by hand: {}; all else is safe': 'von Hand gefahren: {}; alles andere ist sicher',
  'water is near freezing: checks and hands wait until it is warm again':
    'Wasser ist nahe am Gefrieren: Prüfungen und Handbetrieb warten, bis es wieder warm ist',
  'only observing: every output stays safe; control would {}':
    'beobachtet nur: alle Ausgänge bleiben sicher; die Regelung würde {}',
  'run the compressor at {} %': 'den Verdichter mit {} % fahren',
  'grant the accelerator {} kW': 'dem Rechner {} kW erlauben',
  'switch the backup heater on': 'den Heizstab einschalten',
  'drive nothing': 'nichts fahren',
  '{} set mode {}, room {} °C, hot water {} °C, computing {} at {} EUR/kWh, operation {}':
    '{} stellte ein: Betriebsart {}, Raum {} °C, Warmwasser {} °C, Rechnen {}, Wert {} EUR/kWh, Betrieb {}',
  'the compressor rests {} s more before it may start again':
    'der Verdichter ruht noch {} s, bevor er wieder starten darf',
  'the coolant pump runs while and after the accelerator is warm':
    'die Kühlmittelpumpe läuft, solange der Rechner warm ist, und kurz danach',
  'water flows while and after the compressor runs': 'Wasser fließt, solange der Verdichter läuft, und kurz danach',
  'coolant of {} °C would freeze the water should its valve leak: with the accelerator off its pump rests':
    'Kühlmittel von {} °C ließe das Wasser gefrieren, wenn sein Ventil undicht wäre: bei abgeschaltetem Beschleuniger ruht seine Pumpe',
  'the reversing valve stays as it is until the pressures have met, 180 s after the compressor':
    'das Umschaltventil bleibt, wie es ist, bis die Drücke ausgeglichen sind: 180 s nach dem Verdichter',

  // Comfort.
  'quiet{}: the compressor runs at {} % at most': 'leise{}: der Verdichter läuft mit höchstens {} %',
  ' until {}': ' bis {}',
  'the time is not known: no quiet hours': 'die Uhrzeit ist nicht bekannt: keine leisen Stunden',
  'the time is not known: no night set-back': 'die Uhrzeit ist nicht bekannt: keine Nachtabsenkung',
  'warming up for {}, from {} °C at {} K/h': 'wärmt auf bis {}, von {} °C mit {} K/h',
  'warming up for {} at {} K/h': 'wärmt auf bis {} mit {} K/h',
  'nobody is at home: the room may be {} K colder': 'niemand ist zu Hause: der Raum darf {} K kälter sein',
  'night set-back: the room may be {} K colder until {}, warming up in time':
    'Nachtabsenkung: der Raum darf bis {2} um {1} K kälter sein und wird rechtzeitig warm',
  'less than 0.01 EUR': 'weniger als 0,01 EUR',
  'about {} EUR': 'etwa {} EUR',
  'costs nothing by itself; in hard frost the house may cool':
    'kostet an sich nichts; bei hartem Frost kühlt das Haus vielleicht aus',
  'cost unknown, no price has been received': 'Kosten unbekannt, kein Preis empfangen',
  '{}: {} from {} refused: {}': '{}: {} von {} abgelehnt: {}',
  'must be a number': 'muss eine Zahl sein',
  'must be a text': 'muss ein Text sein',
  'must be true or false': 'muss true oder false sein',
  'costs {} (estimate: {} kWh of heat by {} kWh of electricity at {} EUR/kWh)':
    'kostet {} (geschätzt: {} kWh Wärme aus {} kWh Strom zu {} EUR/kWh)',
  'costs {} (estimate: {} kWh more of electricity at {} EUR/kWh)':
    'kostet {} (geschätzt: {} kWh Strom mehr zu {} EUR/kWh)',
  'forgoes {} (estimate, at what computing gains now)':
    'verzichtet auf {} (geschätzt, mit dem jetzigen Gewinn des Rechnens)',
  '{} days': '{} Tage',
  '{} min': '{} min',
  'the weekly 60 °C against legionella is switched off in the configuration: make sure of the water otherwise':
    'die wöchentlichen 60 °C gegen Legionellen sind in der Konfiguration ausgeschaltet: das Wasser anders sicher halten',
  'the mode is off': 'die Betriebsart ist Aus',
  'the tank sensor is lost': 'der Fühler des Speichers fehlt',
  'the tank has not been at 60 °C for {}: {}': 'der Speicher war seit {} nicht auf 60 °C: {}',
  'the tank did not reach 60 °C for 30 min, last reached {} ago; tried again in {} h':
    'der Speicher hielt 60 °C nicht 30 min lang, zuletzt vor {}; neuer Versuch in {} h',
  ', held for {} of 30 min': ', gehalten seit {} von 30 min',
  'weekly 60 °C against legionella: tank {} °C{}; water at the taps may be hot':
    'wöchentliche 60 °C gegen Legionellen: Speicher {} °C{}; das Wasser an den Hähnen kann heiß sein',
  'warmer by {} K': 'um {} K wärmer',
  'warmer by {} K for {}': 'um {} K wärmer für {}',
  'hot water once': 'einmal Warmwasser',
  'hot water once within {}': 'einmal Warmwasser innerhalb von {}',
  'quiet for {}': 'leise für {}',
  'computing paused': 'Rechenpause',
  'computing paused for {}': 'Rechenpause für {}',
  ' for {} more': ', noch {}',
  'warmer by {} K for {} more': 'um {} K wärmer, noch {}',
  'quiet for {} more': 'leise, noch {}',
  'computing paused for {} more': 'Rechenpause, noch {}',
  '{}, asked by {}': '{}, gewünscht per {}',
  'holiday, {} K of set-back': 'Urlaub, {} K Absenkung',
  'holiday, {} K of set-back for {}': 'Urlaub, {} K Absenkung, für {}',
  'holiday, {} K of set-back for {} more': 'Urlaub, {} K Absenkung, noch {}',
  'screed drying': 'Estrich trocknen',
  'screed drying for {}': 'Estrich trocknen für {}',
  'screed drying for {} more': 'Estrich trocknen, noch {}',
  'saves {} (estimate: {} kWh less of electricity at {} EUR/kWh)':
    'spart {} (geschätzt: {} kWh weniger Strom zu {} EUR/kWh)',
  'costs what the wet floor and the house take, which nobody can foresee':
    'kostet, was nasser Boden und Haus aufnehmen, was niemand vorhersehen kann',
  'the mode is not heating': 'die Betriebsart ist nicht Heizen',
  'the house is made ready for the return in {}': 'das Haus wird für die Rückkehr in {} bereit gemacht',
  'nobody is at home for {}: {} and no hot water; made ready {} before the return':
    'niemand ist zu Hause für {}: {} und kein Warmwasser; {} vor der Rückkehr wird alles bereit gemacht',
  'no set-back while it is to be warmer': 'keine Absenkung, solange es wärmer sein soll',
  '{} K of set-back': '{} K Absenkung',
  'a new floor is dried: supply {} °C whatever room and weather, {} more; computing pauses, for its heat would make the water hotter':
    'ein neuer Boden wird getrocknet: Vorlauf {} °C, gleich wie Raum und Wetter sind, noch {}; das Rechnen pausiert, denn seine Wärme machte das Wasser heißer',
  '{} has stood still for a week: it moves for a minute or two, so that it does not seize':
    '{} stand eine Woche still: bewegt sich für ein bis zwei Minuten, um nicht festzusitzen',
  'the circulation pump': 'die Umwälzpumpe',
  'the coolant pump': 'die Kühlmittelpumpe',
  'the fan of the dry cooler': 'der Lüfter des Rückkühlers',
  'the valve of the hot water tank': 'das Ventil des Warmwasserspeichers',
  'the valve to the dry cooler': 'das Ventil zum Rückkühler',
  'changes nothing as long as {}': 'ändert nichts, solange gilt: {}',
  'costs nothing while the house is cooled': 'kostet nichts, solange gekühlt wird',
  'saves what cooling and hot water would take, as the weather will have it':
    'spart, was Kühlen und Warmwasser bräuchten, je nach Wetter',
  '; no effect now: {}': '; wirkt jetzt nicht: {}',
  '{} has ended': '{} ist beendet',
  'the energy manager is silent: battery, grid and sun count as the board measures them':
    'der Energiemanager schweigt: Batterie, Netz und Sonne gelten, wie die Platine sie misst',
  'the time away has run out: the house is taken for lived in':
    'die Zeit der Abwesenheit ist um: das Haus gilt als bewohnt',
  'the price list has no price for now: {}': 'die Preisliste hat keinen Preis für jetzt: {}',
  'the price told for now has run out: {}': 'der für jetzt gemeldete Preis gilt nicht mehr: {}',
  'the time is not known, so no price of the list can be found: {}':
    'die Zeit ist nicht bekannt, also ist kein Preis der Liste zu finden: {}',
  'power gets dearer at {}, {}: the hot water tank is filled before':
    'Strom wird um {} teurer, {}: der Warmwasserspeicher wird vorher gefüllt',
  'power gets cheaper at {}, {}: {}': 'Strom wird um {} billiger, {}: {}',
  '{} instead of {} EUR/kWh': '{} statt {} EUR/kWh',
  'tank and house wait for it as long as they are warm enough':
    'Speicher und Haus warten darauf, solange sie warm genug sind',
  'the tank waits for it as long as it is warm enough': 'der Speicher wartet darauf, solange er warm genug ist',
  'the house waits for it as long as it is warm enough': 'das Haus wartet darauf, solange es warm genug ist',
  'unpaid computing waits for {}: a kWh costs {} EUR then':
    'unbezahltes Rechnen wartet auf {}: eine kWh kostet dann {} EUR',
  'that of the simulated market is used': 'der des simulierten Marktes gilt',
  'that of the price list is used': 'der der Preisliste gilt',
  'the fixed price of config.yaml is used': 'der feste Preis aus config.yaml gilt',
  'nothing is bought for unpaid computing': 'für unbezahltes Rechnen wird nichts gekauft',
  'the price list was not in order of time: it has been sorted':
    'die Preisliste war nicht nach der Zeit geordnet: sie ist sortiert worden',
  'the price list names a time twice: the later entry counts':
    'die Preisliste nennt eine Zeit zweimal: der spätere Eintrag gilt',
  'prices of the list overlap: each ends where the next begins':
    'Preise der Liste überlappen sich: jeder endet, wo der nächste beginnt',
  'the price list has gaps: in them no price of the list holds':
    'die Preisliste hat Lücken: darin gilt kein Preis der Liste',
  'no zone has reported within the last hour': 'keine Zone hat in der letzten Stunde gemeldet',
  'the windows of the zones are open': 'die Fenster der Zonen sind offen',
  'no zone with a weight reports a sound temperature': 'keine Zone mit Gewicht meldet eine glaubhafte Temperatur',
  'the weather curve alone decides': 'die Heizkurve allein entscheidet',
  'the wired room sensor is used instead': 'der verdrahtete Raumfühler gilt',
  ', without {} whose window is open': ', ohne {}, wo das Fenster offen ist',
  'room {} °C is that of {}': 'der Raum mit {} °C ist der von {}',
  'auto: {}, a day outside is {} °C on average': 'Automatik: {}, ein Tag hat draußen im Mittel {} °C',

  // The grid.
  'the grid connection carries {} and others draw {}': 'der Hausanschluss trägt {}, andere ziehen {}',
  'after dimming the unit may draw {}, rising': 'nach der Dimmung darf das Gerät {} ziehen, steigend',
  "the grid operator's contact": 'der Kontakt des Netzbetreibers',
  'the energy manager': 'der Energiemanager',
  '; the heat pump keeps its {}': '; die Wärmepumpe behält ihre {}',
  '{} limits the unit to {}': '{} begrenzt das Gerät auf {}',
  'SG-Ready asks for a lock beyond 2 h or 3 times a day: the unit runs as normal until the wish changes':
    'SG-Ready will länger als 2 h oder öfter als 3-mal am Tag sperren: das Gerät läuft normal, bis sich der Wunsch ändert',
  'SG-Ready 1: heat pump, backup heater and unpaid computing are locked, {} min at the most':
    'SG-Ready 1: Wärmepumpe, Heizstab und unbezahltes Rechnen sind gesperrt, höchstens {} min',
  'recommends to run': 'empfiehlt Betrieb',
  'forces to run': 'verlangt Betrieb',
  'room +{} K, hot water +{} K': 'Raum +{} K, Warmwasser +{} K',
  'no effect in mode {}': 'wirkt nicht in der Betriebsart {}',
  'SG-Ready {} {}: {}': 'SG-Ready {} {}: {}',
  'accelerator switched off': 'Rechner ausgeschaltet',
  'backup heater off': 'Heizstab aus',
  'an order to dim has stopped the compressor within the hour, another may come':
    'eine Dimmung hat den Verdichter in der letzten Stunde angehalten, eine weitere kann kommen',
  'compressor off, its drive does not slow it in time; after its rest it starts slowly':
    'Verdichter aus, sein Umrichter bremst ihn nicht rechtzeitig; nach seiner Pause läuft er langsam an',
  'compressor off, it cannot run that slowly': 'Verdichter aus, so langsam kann er nicht laufen',
  'compressor {} %': 'Verdichter {} %',
  'nothing has to give way': 'nichts muss weichen',
};
/** Single words, translated only where they stand alone. */
export const WORDS_DE: Record<string, string> = {
  heating: 'Heizen',
  cooling: 'Kühlen',
  auto: 'Automatik',
  observe: 'nur beobachten',
  commission: 'Inbetriebnahme',
  off: 'aus',
  on: 'ein',
  quiet: 'leise',
  warmer: 'wärmer',
  'hot-water-once': 'einmal Warmwasser',
  'pause-compute': 'Rechenpause',
  holiday: 'Urlaub',
  screed: 'Estrich trocknen',
  bad: 'falsch',
  missing: 'nicht da',
  page: 'Seite',
  'command line': 'Befehlszeile',
  'home-assistant': 'Home Assistant',
  Stopped: 'Gestoppt',
  'must be a number, a text, true or false': 'muss eine Zahl, ein Text, true oder false sein',
  'lower case letters, digits and dashes': 'Kleinbuchstaben, Ziffern und Striche',
  mode: 'Betriebsart',
  operation: 'Betrieb',
  'room set-point': 'Sollwert Raum',
  'hot water set-point': 'Sollwert Warmwasser',
  compute: 'Rechnen',
  'value of computing': 'Wert des Rechnens',
};

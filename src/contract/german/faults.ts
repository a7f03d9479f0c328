/** Faults and refusals in German. The key is what the source says, `{}` what it fills in; `{2}` is the second filling. */
export const FAULTS_DE: Record<string, string> = {
  // Sensors.
  'reading is {}': 'Messwert ist {}',
  'not a number': 'keine Zahl',
  'sample from the future': 'Messwert aus der Zukunft',
  '{} is outside {} to {}: open or shorted sensor':
    '{} liegt außerhalb von {} bis {}: Fühler unterbrochen oder kurzgeschlossen',
  '{} °C is a power-on value, not a measurement': '{} °C ist ein Einschaltwert, keine Messung',
  'no sample yet': 'noch kein Messwert',
  'no new sample': 'kein neuer Messwert',
  '{}: {}; {} assumed': '{}: {}; {} wird angenommen',
  '{}: {} for {} s; {} assumed': '{}: {} seit {} s; {} wird angenommen',
  '{}: {}; last value kept, {} s old': '{}: {}; der letzte Wert gilt weiter, {} s alt',
  '{}: jumps faster than physics; check its wire': '{}: springt schneller als möglich; Leitung prüfen',
  '{}; cooled as if at full power': '{}; gekühlt wird wie bei voller Leistung',
  'accelW: lost': 'accelW: verloren',
  '{}: {}; {} from {} is used': '{}: {}; es gilt {} aus {}',
  'not usable': 'nicht brauchbar',
  'config.yaml was of version {} and is now of version {}; the old one is kept as {}; other names: {}':
    'config.yaml hatte Version {} und hat jetzt Version {}; die alte liegt als {} daneben; andere Namen: {}',
  'config.yaml is refused; the unit heats with the configuration it last ran with: {}':
    'config.yaml wird abgelehnt; die Anlage heizt mit der Konfiguration, mit der sie zuletzt lief: {}',
  'another unit on {} is called {} too: both show as one in Home Assistant, and commands from there are refused until one of them has another name; set unit: in config.yaml of one and start it anew':
    'noch ein Gerät an {} heißt {}: beide erscheinen in Home Assistant als eines, und Befehle von dort werden abgelehnt, bis eines anders heißt; in der config.yaml des einen unit: ändern und es neu starten',
  '{}: the unit heats without that broker; put the file there, or mend config.yaml, then start the unit anew':
    '{}: die Anlage heizt ohne diesen Broker; die Datei dort hinlegen oder config.yaml berichtigen, dann neu starten',
  // Messages of people.
  'message to {} refused: {}': 'Nachricht an {} abgelehnt: {}',
  'there is no such topic; docs/topics.md has them all': 'das Thema gibt es nicht; alle stehen in docs/topics.md',
  'only the unit itself writes there; docs/topics.md says what home may send':
    'dort schreibt nur das Gerät selbst; was home senden darf, steht in docs/topics.md',
  'it is no JSON; docs/topics.md shows what belongs there':
    'das ist kein JSON; was hineingehört, steht in docs/topics.md',
  'a time in it is on no calendar': 'eine Zeit darin steht in keinem Kalender',
  'it is longer than {} bytes': 'sie ist länger als {} Byte',
  'more than {} messages a second; send less often': 'mehr als {} Nachrichten je Sekunde; seltener senden',
  'a retained command would be given again at every reconnection; send it without retain':
    'ein Befehl mit „retain“ käme bei jeder neuen Verbindung noch einmal; ohne „retain“ senden',
  'commissioning moves the machine: it is begun on the page or by `heatmine commission`, where somebody stands before it':
    'die Inbetriebnahme bewegt die Maschine: sie beginnt auf der Seite oder mit `heatmine commission`, wo jemand davorsteht',
  'two units have this name; set unit: in config.yaml of one':
    'zwei Geräte heißen so; in der config.yaml des einen unit: ändern',
  'no two prices are 15, 30 or 60 min apart: give each an `end`':
    'keine zwei Preise liegen 15, 30 oder 60 min auseinander: jedem ein `end` geben',
  'the price from {} ends at {}: it must end after it begins, within 31 days':
    'der Preis ab {} endet um {}: er muss nach seinem Beginn enden, binnen 31 Tagen',
  'half of the prices are above {} EUR/kWh: they must be in EUR per kWh, not in cents or per MWh':
    'die Hälfte der Preise liegt über {} EUR/kWh: sie müssen in EUR je kWh sein, nicht in Cent oder je MWh',
  'a time as 2026-01-31T18:00:00+01:00: with date, T and the offset of its zone':
    'eine Zeit wie 2026-01-31T18:00:00+01:00: mit Datum, T und dem Versatz ihrer Zone',
  'stands still': 'steht still',
  'the heat that went into the tank': 'der Wärme, die in den Speicher ging',
  'inlet and power': 'Eintritt und Leistung',
  'outlet and power': 'Austritt und Leistung',
  'power and temperature rise': 'Leistung und Erwärmung',
  'condenser outlet and accelerator power': 'Kondensatoraustritt und Leistung des Rechners',
  'buffer bottom and supply': 'Puffer unten und Vorlauf',
  'accelChipC: stands still while its power changes; {} °C, not to be trusted':
    'accelChipC: steht still, während sich die Leistung ändert; {} °C, nicht zu trauen',
  'outdoorC: the board has none; {} °C reported over MQTT is used':
    'outdoorC: das Board hat keinen Fühler; es gelten {} °C, über MQTT gemeldet',

  // Accelerator.
  'coolant flow is {} L/min with the pump on; check pump, valves and air in the loop':
    'Kühlmittelfluss nur {} L/min bei laufender Pumpe; Pumpe, Ventile und Luft im Kreis prüfen',
  'coolant rises {} K where power and flow explain {} K; the flow meter may be stuck':
    'das Kühlmittel erwärmt sich um {} K, Leistung und Fluss erklären {} K; der Durchflussmesser klemmt vielleicht',
  'the coolant pump is on and nothing flows; it may be seized or the loop empty':
    'die Kühlmittelpumpe läuft und nichts fließt; sie sitzt fest oder der Kreis ist leer',
  'coolant {} °C has reached its limit of {} °C': 'das Kühlmittel hat mit {} °C seine Grenze von {} °C erreicht',
  'the hottest chip {} °C has reached its limit of {} °C':
    'der heißeste Chip hat mit {} °C seine Grenze von {} °C erreicht',
  'heating water {} °C: nothing may heat it further': 'Heizwasser {} °C: nichts darf es weiter erwärmen',
  'heating water {} °C: the accelerator is held back': 'Heizwasser {} °C: der Rechner wird gedrosselt',
  'the accelerator does not answer: {}': 'der Rechner antwortet nicht: {}',
  'the accelerator has not answered for 30 s: its contactor opens; check its host and driver':
    'der Rechner antwortet seit 30 s nicht: sein Schütz öffnet; Rechner und Treiber prüfen',
  'coolant temperatures disagree with power and flow by {} K; a sensor drifts or the flow meter is wrong':
    'Kühlmitteltemperaturen passen um {} K nicht zu Leistung und Fluss; ein Fühler driftet oder der Durchflussmesser irrt',
  'coolant seems to cool down over the accelerator: inlet and outlet sensors may be swapped':
    'das Kühlmittel scheint im Rechner kälter zu werden: Ein- und Austrittsfühler sind vielleicht vertauscht',
  'the accelerator draws power although its cap is 0; its contactor opens':
    'der Rechner zieht Leistung, obwohl ihm 0 erlaubt sind; sein Schütz öffnet',
  'coolant {} °C is near its limit: its heat goes to the dry cooler':
    'das Kühlmittel ist mit {} °C nahe seiner Grenze: seine Wärme geht zum Rückkühler',

  // Heat pump.
  'the high-pressure switch has opened; check water flow and filters':
    'der Hochdruckschalter hat ausgelöst; Wasserfluss und Filter prüfen',
  'the low-pressure switch has opened; check the outdoor unit and the refrigerant charge':
    'der Niederdruckschalter hat ausgelöst; Außeneinheit und Kältemittelfüllung prüfen',
  'hot gas {} °C has reached {} °C': 'das Heißgas hat mit {} °C die Grenze von {} °C erreicht',
  'the compressor has been on for 10 s and draws no current; check drive, contactor and motor':
    'der Verdichter ist seit 10 s ein und zieht keinen Strom; Umrichter, Schütz und Motor prüfen',
  'the compressor runs, the heating water pump is not on as ordered and {} L/min flow; check its output and wire':
    'der Verdichter läuft, die Heizungspumpe läuft trotz Befehl nicht und es fließen {} L/min; ihren Ausgang und ihre Leitung prüfen',
  'coolant flow is {} L/min and the pump is not on as ordered; check its output and wire':
    'der Kühlmittelstrom ist {} L/min und die Pumpe läuft trotz Befehl nicht; ihren Ausgang und ihre Leitung prüfen',
  'the heating water pump is on and {} L/min flow; check pump, filter and valves':
    'die Heizungspumpe läuft und es fließen {} L/min; Pumpe, Filter und Ventile prüfen',
  'refrigerant gas alarm, or its wire is broken: propane may leak. No flame, air the room, call service':
    'Gasalarm, oder seine Leitung ist unterbrochen: vielleicht tritt Propan aus. Keine Flamme, lüften, Kundendienst rufen',
  'the gas alarm cannot be read: {}': 'der Gasalarm ist nicht lesbar: {}',
  'the gas alarm could not be read for 10 s': 'der Gasalarm war 10 s lang nicht lesbar',
  'the heat pump is to heat and cools its water by {}; the reversing valve may be stuck at cooling':
    'die Wärmepumpe soll heizen und kühlt ihr Wasser um {}; das Umschaltventil klemmt vielleicht auf Kühlen',
  'the heat pump has taken heat out of the water for longer than any defrost; check the reversing valve':
    'die Wärmepumpe entzieht dem Wasser länger Wärme als jedes Abtauen; Umschaltventil prüfen',
  'the heat pump is to cool and heats its water by {}; the reversing valve may be stuck':
    'die Wärmepumpe soll kühlen und heizt ihr Wasser um {}; das Umschaltventil klemmt vielleicht',
  'the coolant valve is at the dry cooler and the water still takes {} kW; it may be stuck':
    'das Kühlmittelventil steht auf Rückkühler und das Wasser nimmt noch {} kW auf; es klemmt vielleicht',
  'the coolant valve is at the house and no heat gets there; it may be stuck, or the exchanger is blocked':
    'das Kühlmittelventil steht auf Haus und keine Wärme kommt an; es klemmt, oder der Tauscher ist zugesetzt',
  'the tank is to be charged and the water comes back as from the buffer; the tank valve may be stuck':
    'der Warmwasserspeicher soll laden und das Wasser kommt wie vom Puffer zurück; sein Ventil klemmt vielleicht',
  'the buffer is to be heated and the water comes back as from the tank; the tank valve may be stuck':
    'der Puffer soll laden und das Wasser kommt wie vom Warmwasserspeicher zurück; dessen Ventil klemmt vielleicht',
  'of supply and condenser outlet one is off by {} from what heats the water between them; a sensor drifts, or sits loose on its pipe':
    'von Vorlauf und Kondensatoraustritt liegt einer um {} neben dem, was das Wasser dazwischen erwärmt; ein Fühler driftet oder sitzt lose am Rohr',
  'the water comes back from the bottom of the buffer, and the two sensors differ by {}; one of them drifts, or sits loose':
    'das Wasser kommt von unten aus dem Puffer zurück, und die beiden Fühler unterscheiden sich um {}; einer driftet oder sitzt lose',
  '{}: stands still at {} although its machine has been driven otherwise for long; not to be trusted':
    '{}: steht bei {} still, obwohl seine Maschine seit langem anders läuft; nicht zu trauen',
  'the hot gas heats and the water seems to cool down on its way; supply, condenser and return may be swapped':
    'das Heißgas heizt und das Wasser scheint kälter zu werden; Vorlauf, Kondensator und Rücklauf sind vielleicht vertauscht',
  'the machine cools and the water seems to warm up on its way; supply and return may be swapped':
    'die Maschine kühlt und das Wasser scheint wärmer zu werden; Vorlauf und Rücklauf sind vielleicht vertauscht',
  'the compressor draws {} W and does not turn; its rotor may be locked':
    'der Verdichter zieht {} W und dreht nicht; sein Läufer sitzt vielleicht fest',
  'the compressor has run for 15 min and its gas is no hotter than the water; refrigerant or valves are missing':
    'der Verdichter läuft seit 15 min und sein Gas ist nicht heißer als das Wasser; es fehlt Kältemittel oder ein Ventil ist defekt',

  // The rest of the machine.
  '; mend it, then acknowledge it': '; beheben, dann die Störung quittieren',
  '{} was decided as {}; its safe value is used': '{} sollte {} werden; es gilt der sichere Wert',
  'waiting for the first full set of sensors: {}': 'warten auf den ersten vollen Satz Messwerte: {}',
  'commissioning found sensors the wrong way round: what needs them stays off; swap them and run `npm run -s heatmine -- commission --yes` again':
    'die Inbetriebnahme fand vertauschte Fühler: was sie braucht, bleibt aus; tauschen und `npm run -s heatmine -- commission --yes` wiederholen',
  'acknowledged by {}: {}': 'quittiert per {}: {}',
  'its cause is still there: {}': 'die Ursache besteht noch: {}',
  'acknowledged five times within a day: the latch stays; mend its cause, then restart the unit, or wait for tomorrow':
    'an einem Tag fünfmal quittiert: die Verriegelung bleibt; Ursache beheben, dann das Gerät neu starten oder bis morgen warten',
  'back to normal': 'wieder normal',
  '{} opened; {} dropped at once': '{} hat geöffnet; {} fiel sofort ab',
  'the dead-man is not fed: {}': 'die Totmannschaltung wird nicht bedient: {}',
  'the address cannot be used': 'die Adresse ist nicht zu gebrauchen',
  'the control loop has been silent for more than half a minute; the hardware holds the safe state':
    'die Regelung schweigt seit mehr als einer halben Minute; die Hardware hält den sicheren Zustand',
  'tick failed: {}': 'ein Regelschritt schlug fehl: {}',
  'its sum does not match': 'seine Prüfsumme stimmt nicht',
  'it is too large': 'es ist zu groß',
  '{} is damaged ({}); defaults are used': '{} ist beschädigt ({}); es gelten die Vorgaben',
  '{} is damaged ({}); the state before it is used': '{} ist beschädigt ({}); es gilt der Stand davor',
  'the hottest chip reads {} °C and warms the coolant to {} °C; one of the two is wrong':
    'der heißeste Chip zeigt {} °C und wärmt das Kühlmittel auf {} °C; einer der beiden Fühler lügt',
  'supply reads {} °C behind a condenser outlet of {} °C, and nothing between them does that; a sensor drifts, sits loose, or two are swapped':
    'der Vorlauf zeigt {} °C hinter einem Verflüssigeraustritt von {} °C, und nichts dazwischen bewirkt das; ein Fühler driftet, sitzt lose, oder zwei sind vertauscht',
  'the buffer reads {} colder at its top than at its bottom; a sensor drifts, sits loose, or the two are swapped':
    'der Puffer zeigt oben {} weniger als unten; ein Fühler driftet, sitzt lose, oder die beiden sind vertauscht',
  'the water comes back from the tank at {} °C, hardly cooled, and the tank reads {} °C; its sensor sits loose, drifts or is swapped, or its coil is scaled':
    'das Wasser kommt mit {} °C kaum gekühlt vom Speicher zurück, und der zeigt {} °C; sein Fühler sitzt lose, driftet oder ist vertauscht, oder sein Wärmetauscher ist verkalkt',
  'water of {} °C gives heat to a tank that reads {} °C; its sensor drifts or is swapped':
    'Wasser von {} °C gibt Wärme an einen Speicher ab, der {} °C zeigt; sein Fühler driftet oder ist vertauscht',
  'the tank takes its heat as one that is {} hotter than its sensor reads, two charges in a row; it drifts or sits loose, or its coil is scaled':
    'der Speicher nimmt seine Wärme auf wie einer, der {} heißer ist, als sein Fühler zeigt, zwei Ladungen nacheinander; er driftet oder sitzt lose, oder der Wärmetauscher ist verkalkt',
  'the tank takes its heat as one that is {} colder than its sensor reads, two charges in a row; it drifts or sits loose, or its coil is scaled':
    'der Speicher nimmt seine Wärme auf wie einer, der {} kälter ist, als sein Fühler zeigt, zwei Ladungen nacheinander; er driftet oder sitzt lose, oder der Wärmetauscher ist verkalkt',
  'the hottest chip reads {} K colder than {} W make it at this flow; its sensor drifts':
    'der heißeste Chip zeigt {} K weniger, als ihn {} W bei diesem Durchfluss machen; sein Fühler driftet',
  '{} cannot be written: {}': '{} ist nicht schreibbar: {}',
  '{}: too many limits in one run, the rest is not recorded': '{}: zu viele Begrenzungen, der Rest wird nicht vermerkt',
  'more than {} changes in a second: the rest is ignored':
    'mehr als {} Änderungen je Sekunde: der Rest wird übergangen',
  'more changes than a person makes: from now on one every 2 min, and the last word counts':
    'mehr Änderungen, als ein Mensch macht: ab jetzt eine alle 2 min, und das letzte Wort zählt',
  'more of this within an hour than anybody reads: the rest is not told ({})':
    'davon mehr in einer Stunde, als jemand liest: der Rest wird nicht gemeldet ({})',
  'zone {}: there are {} zones already': 'Zone {}: es gibt schon {} Zonen',
  'history was damaged; it starts anew, the old file is {}':
    'der Verlauf war beschädigt; er beginnt neu, die alte Datei ist {}',
  'no grant from control is valid; it may be starting or stopped':
    'keine gültige Freigabe der Regelung; sie startet vielleicht oder steht',
};

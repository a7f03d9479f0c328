/** What commissioning measures and advises, in German; keys and fillings as in `faults.ts`. */
export const COMMISSION_DE: Record<string, string> = {
  '{} L/min': '{} L/min',
  '{} at 0 %, {} at 100 %': '{} bei 0 %, {} bei 100 %',
  'everything at rest': 'alles in Ruhe',
  'heating pump and flow meter': 'Heizungspumpe und Durchflussmesser',
  'check the wiring of the pump (0 V is full speed), its valves, the filter and the meter':
    'Anschluss der Pumpe (0 V ist volle Drehzahl), Ventile, Filter und Messer prüfen',
  'coolant pump and flow meter': 'Kühlmittelpumpe und Durchflussmesser',
  'check the wiring of the pump (0 V is full speed), air in the loop and the meter':
    'Anschluss der Pumpe (0 V ist volle Drehzahl), Luft im Kreis und Messer prüfen',
  'coolant sensors, in and out': 'Kühlmittelfühler, ein und aus',
  'in {}, out {} at {} W and {}': 'ein {}, aus {} bei {} W und {}',
  'the accelerator had nothing to compute: start an expert and repeat':
    'der Rechner hatte nichts zu rechnen: einen Experten starten und wiederholen',
  'swap the sensors accelInC and accelOutC: the coolant seems to cool down over the accelerator':
    'die Fühler accelInC und accelOutC tauschen: das Kühlmittel scheint im Rechner kälter zu werden',
  'power and flow explain {} K: check the seat of both sensors and the flow meter':
    'Leistung und Fluss erklären {} K: Sitz beider Fühler und den Durchflussmesser prüfen',
  'backup heater': 'Heizstab',
  'a boiler draws no power that can be seen: watch whether it fires':
    'ein Kessel zieht keinen Strom, der zu sehen wäre: zusehen, ob er zündet',
  'without the meter gridW nothing tells: measure its current':
    'ohne den Zähler gridW ist nichts zu sehen: seinen Strom messen',
  'draws {} W of {} W': 'zieht {} W von {} W',
  'the heater was held off, by the limit of the grid or by an alarm: repeat later':
    'der Heizstab wurde ausgehalten, von der Grenze des Netzes oder einem Alarm: später wiederholen',
  'check contactor, fuse and limiter of the backup heater, and the meter gridW; a battery may hide it':
    'Schütz, Sicherung und Begrenzer des Heizstabs prüfen, dazu den Zähler gridW; eine Batterie kann ihn verdecken',
  'reject valve stroke': 'Hub des Rückkühlventils',
  'water warms by {} K towards the house, {} K towards the dry cooler':
    'das Wasser erwärmt sich um {} K zum Haus hin, um {} K zum Rückkühler hin',
  'check coil and travel of the coolant valve, its end stops, and supplyC and condenserOutC':
    'Spule, Weg und Endlagen des Kühlmittelventils prüfen, dazu supplyC und condenserOutC',
  'stroke {} s; {}': 'Hub {} s; {}',
  'the coolant valve is slow, more than {} s: check its drive, its spring and what blocks it':
    'das Kühlmittelventil ist langsam, mehr als {} s: Antrieb, Feder und was es hemmt prüfen',
  'dry cooler': 'Rückkühler',
  'coolant in {}, out {}, air {}': 'Kühlmittel ein {}, aus {}, Luft {}',
  'gives {} W/K; {}': 'gibt {} W/K ab; {}',
  'the coolant goes to the house: mend the coolant valve and repeat':
    'das Kühlmittel läuft zum Haus: das Kühlmittelventil richten und wiederholen',
  'the coolant is colder than the air that cools it: swap outdoorC and roomC, or move outdoorC out of the sun':
    'das Kühlmittel ist kälter als die Luft, die es kühlt: outdoorC und roomC tauschen oder outdoorC aus der Sonne nehmen',
  'less than {} W/K: check fan, fuse and air of the dry cooler, and outdoorC':
    'weniger als {} W/K: Lüfter, Sicherung und Luftweg des Rückkühlers prüfen, dazu outdoorC',
  'power and speed of the accelerator by cap': 'Leistung und Tempo des Rechners je Grenze',
  '{} W under a cap of {} W, {} W under {} W': '{} W unter einer Grenze von {} W, {} W unter {} W',
  'the accelerator draws more than its cap: check the driver that sets the cap, and the meter accelW':
    'der Rechner zieht mehr als seine Grenze: den Treiber der Grenze und den Messer accelW prüfen',
  'coolant loop, tuned': 'Kühlmittelkreis, eingestellt',
  'accelOutC, accelInC': 'accelOutC, accelInC',
  'swap the sensors first and repeat': 'erst die Fühler tauschen, dann wiederholen',
  'the modelled house runs too fast to tune its loop: repeat at its own speed':
    'das Modellhaus läuft zu schnell, um seinen Kreis einzustellen: in seinem eigenen Tempo wiederholen',
  'gain {} K/%, delay {} s, lag {} s': 'Verstärkung {} K/%, Totzeit {} s, Verzögerung {} s',
  'that is no loop as the pump should have: look for air, flow meter and sensor; the assumed gains stay':
    'so antwortet kein Kreis auf seine Pumpe: Luft, Durchflussmesser und Fühler prüfen; die angenommenen Regelwerte bleiben',
  'the power was not steady: give an expert work, see that no limit holds the accelerator, and repeat':
    'die Leistung war nicht stetig: einem Experten Arbeit geben, sehen, dass keine Grenze den Rechner hält, und wiederholen',
  '{} W, then {} W': '{} W, dann {} W',
  'pump at {} %, ordered {} %': 'Pumpe bei {} %, verlangt {} %',
  'something else held the pump: see its alarms and repeat':
    'etwas anderes hielt die Pumpe: ihre Alarme ansehen und wiederholen',
  'accelOutC, accelFlowLpm': 'accelOutC, accelFlowLpm',
  'both must be good all the time: mend them and repeat':
    'beide müssen die ganze Zeit gut sein: richten und wiederholen',
  'the coolant does not swing with the pump: look for air, flow meter and sensor; the assumed gains stay':
    'das Kühlmittel schwingt nicht mit der Pumpe: Luft, Durchflussmesser und Fühler prüfen; die angenommenen Regelwerte bleiben',
  'water sensors, return and condenser': 'Wasserfühler, Rücklauf und Kondensator',
  'return {}, condenser {}, hot gas {} at {} W': 'Rücklauf {}, Kondensator {}, Heißgas {} bei {} W',
  'the compressor did not run: see {}, mend that and repeat':
    'der Verdichter lief nicht: siehe {}, das beheben und wiederholen',
  'the water cools down over the condenser: swap the sensors returnC and condenserOutC, unless the reversing valve stays at cooling':
    'das Wasser wird im Kondensator kälter: die Fühler returnC und condenserOutC tauschen, falls nicht das Umkehrventil auf Kühlen steht',
  'check the seat of the sensors returnC, condenserOutC and dischargeC':
    'Sitz der Fühler returnC, condenserOutC und dischargeC prüfen',
  'buffer sensors, top and bottom': 'Pufferfühler, oben und unten',
  'top {}, then {}; bottom {}, then {}': 'oben {}, dann {}; unten {}, dann {}',
  'the buffer is equally warm all through: repeat after a charge':
    'der Puffer ist überall gleich warm: nach einer Ladung wiederholen',
  'swap the sensors bufferTopC and bufferBottomC: the buffer seems to stand on its head':
    'die Fühler bufferTopC und bufferBottomC tauschen: der Puffer scheint auf dem Kopf zu stehen',
  'hot water valve stroke': 'Hub des Warmwasserventils',
  'return {} from the house, {} from the tank at {}': 'Rücklauf {} vom Haus, {} vom Speicher bei {}',
  'tank and house are equally warm: repeat when they differ':
    'Speicher und Haus sind gleich warm: wiederholen, wenn sie es nicht sind',
  'the three-way valve is slow, more than {} s: check its drive and what blocks it':
    'das Dreiwegeventil ist langsam, mehr als {} s: Antrieb und was es hemmt prüfen',
  'check coil and travel of the three-way valve and the sensor of the tank':
    'Spule und Weg des Dreiwegeventils und den Fühler des Speichers prüfen',
  'reversing valve': 'Umkehrventil',
  'water {} over the condenser at heating, {} at cooling with {} W':
    'Wasser {} über den Kondensator beim Heizen, {} beim Kühlen mit {} W',
  'not turned: the compressor does not run': 'nicht umgeschaltet: der Verdichter läuft nicht',
  'mend the rows above and repeat': 'die Zeilen darüber beheben und wiederholen',
  'not turned: air of {}, no machine is sure to cool below {}':
    'nicht umgeschaltet: Luft von {}, unter {} kühlt nicht jede Maschine',
  'not turned: water of {}, cooling wants {} to {}': 'nicht umgeschaltet: Wasser von {}, Kühlen braucht {} bis {}',
  'repeat in a warm season, or watch the first cooling: row F11 stops a valve at the wrong end':
    'in warmer Jahreszeit wiederholen oder das erste Kühlen beobachten: Zeile F11 hält ein Ventil am falschen Ende an',
  'valve or compressor were held: see {}, mend that and repeat':
    'Ventil oder Verdichter wurden gehalten: siehe {}, das beheben und wiederholen',
  'the water sensors are swapped, or the valve works the other way round: check coil and sensors':
    'die Wasserfühler sind vertauscht, oder das Ventil wirkt verkehrt herum: Spule und Fühler prüfen',
  'it stays at heating: check coil, relay and pilot valve; a machine that cannot cool must never be set to cooling':
    'es bleibt auf Heizen: Spule, Relais und Pilotventil prüfen; eine Maschine, die nicht kühlen kann, nie auf Kühlen stellen',
};

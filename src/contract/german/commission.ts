/** What commissioning measures and advises, in German; keys and fillings as in `faults.ts`. */
export const COMMISSION_DE: Record<string, string> = {
  '{} L/min': '{} L/min',
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
  'reject valve stroke': 'Hub des Rückkühlventils',
  'water warms by {} K towards the house, {} K towards the dry cooler':
    'das Wasser erwärmt sich um {} K zum Haus hin, um {} K zum Rückkühler hin',
  'check coil and travel of the coolant valve, its end stops, and supplyC and condenserOutC':
    'Spule, Weg und Endlagen des Kühlmittelventils prüfen, dazu supplyC und condenserOutC',
  'power and speed of the accelerator by cap': 'Leistung und Tempo des Rechners je Grenze',
  '{} W under a cap of {} W, {} W under {} W': '{} W unter einer Grenze von {} W, {} W unter {} W',
  'the accelerator draws more than its cap: check the driver that sets the cap, and the meter accelW':
    'der Rechner zieht mehr als seine Grenze: den Treiber der Grenze und den Messer accelW prüfen',
  'water sensors, return and condenser': 'Wasserfühler, Rücklauf und Kondensator',
  'return {}, condenser {}, hot gas {} at {} W': 'Rücklauf {}, Kondensator {}, Heißgas {} bei {} W',
  'the compressor did not run: see {}, mend that and repeat':
    'der Verdichter lief nicht: siehe {}, das beheben und wiederholen',
  'swap the sensors returnC and condenserOutC: the water seems to cool down over the condenser':
    'die Fühler returnC und condenserOutC tauschen: das Wasser scheint im Kondensator kälter zu werden',
  'check the seat of the sensors returnC, condenserOutC and dischargeC':
    'Sitz der Fühler returnC, condenserOutC und dischargeC prüfen',
  'hot water valve stroke': 'Hub des Warmwasserventils',
  'return {} from the house, {} from the tank at {}': 'Rücklauf {} vom Haus, {} vom Speicher bei {}',
  'tank and house are equally warm: repeat when they differ':
    'Speicher und Haus sind gleich warm: wiederholen, wenn sie es nicht sind',
  'check coil and travel of the three-way valve and the sensor of the tank':
    'Spule und Weg des Dreiwegeventils und den Fühler des Speichers prüfen',
};

/** What goes wrong with a device, as `explain` of src/hal/health.ts puts it, and whose the simulated weather is; keys and fillings as in `faults.ts`. */
export const DEVICES_DE: Record<string, string> = {
  '{} at i2c{}': '{} an i2c{}',
  '{} at gpio{}': '{} an gpio{}',
  '{} at {} line {}': '{} an {}, Leitung {}',
  '{} at {} unit {}': '{} an {}, Gerät {}',
  'generator shaped like {}, seed {}': 'Wetter erzeugt nach dem Muster von {}, Startwert {}',
  'no answer': 'keine Antwort',
  'no answer in time': 'keine Antwort in der Zeit',
  'bus held low': 'der Bus wird auf null gehalten',
  'check power and SDA/SCL wires': 'Strom und die Leitungen SDA und SCL prüfen',
  'check its wire and that no other program holds the line':
    'seine Leitung prüfen, und ob ein anderes Programm sie hält',
  'check power, A/B wires and unit id': 'Strom, die Leitungen A und B und die Gerätenummer prüfen',
  'last value kept, {} s old': 'der letzte Wert gilt weiter, {} s alt',
  'run the tool by hand': 'das Werkzeug von Hand aufrufen',
  'look for it in the directory of the bus': 'im Verzeichnis des Busses danach sehen',
  'check that {} runs there': 'prüfen, ob dort {} läuft',
};

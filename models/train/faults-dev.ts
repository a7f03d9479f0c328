/** Paraphrases written apart from the catalogue's symptoms, to choose between recipes on; none of them is trained on. */
export const DEV_SYMPTOMS: Record<string, { en: string[]; de: string[] }> = {
  F1: {
    en: ['one of the temperature sensors is dead', 'the buffer probe is shorted'],
    de: ['ein Temperatursensor ist kaputt', 'der Pufferfühler hat einen Kurzschluss'],
  },
  F5: {
    en: ['the flow and return sensors were swapped', 'the return temperature is above the flow temperature'],
    de: ['Vorlauffühler und Rücklauffühler wurden vertauscht', 'der Rücklauf ist wärmer als der Vorlauf'],
  },
  F6: {
    en: ['the temperature value has been frozen for an hour', 'the values are old and do not change'],
    de: ['der Temperaturwert ist seit einer Stunde eingefroren', 'die Werte sind alt und ändern sich nicht'],
  },
  F8: {
    en: ['no answer from the meter over modbus', 'the inverter drive has a bus communication timeout'],
    de: ['keine Antwort vom Zähler über modbus', 'der Umrichter hat einen Bus Kommunikationsfehler'],
  },
  F9: {
    en: ['why is my water flow so low', 'not enough flow through the filter'],
    de: ['warum ist der Volumenstrom so gering', 'zu wenig Durchfluss durch den Filter'],
  },
  F10: {
    en: ['the circulation pump is seized and hums', 'my pump does not turn any more'],
    de: ['die Umwälzpumpe sitzt fest und brummt', 'meine Pumpe dreht nicht mehr'],
  },
  F11: {
    en: ['the mixing valve is jammed half way', 'the diverter valve does not switch over'],
    de: ['das Mischventil klemmt auf halbem Weg', 'das Umschaltventil schaltet nicht um'],
  },
  F12: {
    en: ['why will the compressor not start up', 'the compressor gives up when it starts'],
    de: ['warum läuft der Verdichter nicht an', 'der Kompressor startet gar nicht'],
  },
  F13: {
    en: ['high pressure cut the heat pump off', 'too much pressure on the refrigerant side'],
    de: ['der Hochdruck hat die Wärmepumpe abgeschaltet', 'zu hoher Druck im Kältemittel'],
  },
  F14: {
    en: ['buffer tank overheated at 85 C', 'in summer the heat can go nowhere'],
    de: ['der Pufferspeicher ist überhitzt mit 85 Grad', 'im Sommer kann die Wärme nirgends hin'],
  },
  F15: {
    en: ['is frost going to freeze my pipes', 'the frost protection turned the pump on'],
    de: ['frieren mir die Rohre ein bei Frost', 'der Frostschutz hat die Pumpe eingeschaltet'],
  },
  F16: {
    en: ['I smell gas next to the unit', 'the propane detector gives alarm'],
    de: ['ich rieche Gas neben der Anlage', 'der Propan Melder gibt Alarm'],
  },
  F18: {
    en: ['after the power failure the unit restarted', 'the controller keeps rebooting'],
    de: ['nach dem Stromausfall startete die Anlage neu', 'der Regler startet immer wieder neu'],
  },
  F21: {
    en: ['home assistant cannot see the unit any more', 'the connection to the mqtt broker dropped'],
    de: ['home assistant findet die Anlage nicht mehr', 'die Verbindung zum mqtt Broker ist abgerissen'],
  },
  F23: {
    en: ['the ai expert keeps crashing', 'loading the model runs out of memory'],
    de: ['der ki Experte stürzt dauernd ab', 'beim Laden vom Modell fehlt Arbeitsspeicher'],
  },
  F24: {
    en: ['no telemetry comes from the accelerator', 'the graphics card does not answer'],
    de: ['vom Beschleuniger kommen keine Daten', 'die Grafikkarte antwortet nicht'],
  },
  F26: {
    en: ['there is no space on the disk', 'my memory card is full'],
    de: ['auf der Festplatte ist kein Platz', 'meine Speicherkarte ist voll'],
  },
  F29: {
    en: ['the unit shows the wrong time and date', 'the clock is one hour wrong since daylight saving'],
    de: ['die Anlage zeigt Datum und Uhrzeit falsch', 'die Uhr geht seit der Sommerzeit falsch'],
  },
  F30: {
    en: ['the yaml settings were rejected', 'it complains about an invalid config file'],
    de: ['die yaml Einstellungen wurden abgelehnt', 'er meldet eine ungültige config Datei'],
  },
  F33: {
    en: ['the software update did not work', 'after the upgrade the old version is back'],
    de: ['das Software Update hat nicht geklappt', 'nach der Aktualisierung läuft die alte Version'],
  },
  C1: {
    en: ['low pressure stopped the compressor', 'suction pressure dropped too low'],
    de: ['Niederdruck hat den Verdichter gestoppt', 'der Saugdruck fiel zu niedrig'],
  },
  C2: {
    en: ['our home does not get warm', 'it is cold in the living room'],
    de: ['unser Haus wird nicht warm', 'im Wohnzimmer ist es kalt'],
  },
  C3: {
    en: ['no hot water in the shower', 'why is the tap water cold'],
    de: ['kein Warmwasser in der Dusche', 'warum wird das Warmwasser nicht warm'],
  },
  C4: {
    en: ['it starts and stops every few minutes', 'too many compressor starts per hour'],
    de: ['sie geht alle paar Minuten an und aus', 'zu viele Starts vom Verdichter pro Stunde'],
  },
  C5: {
    en: ['thick ice on the outdoor unit', 'the evaporator outside is full of ice after defrost'],
    de: ['dickes Eis am Aussengerät', 'der Verdampfer draussen ist nach dem Abtauen voll Eis'],
  },
  C6: {
    en: ['why is the heat pump so loud', 'strange rattling noise from the fan'],
    de: ['warum ist die Wärmepumpe so laut', 'komisches klapperndes Geräusch vom Lüfter'],
  },
  C7: {
    en: ['why is my electricity bill so high', 'power consumption has doubled'],
    de: ['warum ist meine Stromrechnung so hoch', 'der Stromverbrauch ist doppelt so hoch'],
  },
  C8: {
    en: ['my gpu gets too hot', 'accelerator overheating and throttling'],
    de: ['meine gpu wird zu heiss', 'der Beschleuniger überhitzt und drosselt'],
  },
  C9: {
    en: ['the manometer dropped below 1 bar', 'water on the floor under the unit'],
    de: ['das Manometer fiel unter 1 bar', 'Wasser auf dem Boden unter der Anlage'],
  },
  C10: {
    en: ['why is the electric heating rod always on', 'the backup heater will not switch off'],
    de: ['warum ist der Heizstab immer an', 'die Zusatzheizung geht nicht mehr aus'],
  },
  C11: {
    en: ['why is it so hot in my rooms', 'the bedroom gets too warm'],
    de: ['warum ist es in meinen Räumen so heiss', 'das Schlafzimmer wird zu warm'],
  },
  C12: {
    en: ['cooling in summer is far too weak', 'condensation drops on the cold pipes'],
    de: ['die Kühlung im Sommer ist viel zu schwach', 'an kalten Rohren tropft Kondenswasser'],
  },
};

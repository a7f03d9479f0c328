import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMISSION_DE } from '../src/contract/german/commission.ts';
import { COMPUTING_DE } from '../src/contract/german/computing.ts';
import { DECISIONS_DE } from '../src/contract/german/decisions.ts';
import { FAULTS_DE } from '../src/contract/german/faults.ts';
import { inGerman } from '../src/contract/german/german.ts';
import { REMEDIES_DE } from '../src/contract/german/remedies.ts';
import { HeatmineError } from '../src/core/errors.ts';
import { BUS_KINDS } from '../src/hal/bus-kinds.ts';
import { explain } from '../src/hal/health.ts';
import { spoken } from './contract/spoken.ts';

const TABLE = { ...FAULTS_DE, ...DECISIONS_DE, ...REMEDIES_DE, ...COMMISSION_DE, ...COMPUTING_DE };
/** Put together from parts that the source says apart. */
const COMPOSED = /^(Stopped: \{\}|.* (for|within) \{\}( more)?)$/;
const ENGLISH = /\b(the|is|are|and|of|with|not|has|its|no|while|after|for|by|that|may|because|check)\b/;
const ENGLISH_OF_DEVICES = /\b(at|check|no|answer|held|run|look|wires?|power|last)\b/;

test('every sentence that the source can say has its German: add it to src/contract/german', () => {
  const said = spoken();
  assert.ok(said.size > 15);
  const missing = [...said].flatMap(([file, texts]) =>
    texts.filter((text) => !(text in TABLE)).map((text) => `${file}: ${text}`),
  );
  assert.equal(missing, []);
});

test('no German for a sentence that nobody says any more', () => {
  const said = new Set([...spoken().values()].flat());
  assert.equal(
    Object.keys(TABLE).filter((text) => !said.has(text) && !COMPOSED.test(text)),
    [],
  );
});

test('every sentence, filled with figures, comes out in German with all its figures', () => {
  for (const [english, german] of Object.entries(TABLE)) {
    let n = 40;
    const text = english.replaceAll('{}', () => String(++n));
    const out = inGerman(text);
    assert.not.match(out, ENGLISH, text);
    assert.not.match(out, '{', text);
    const used = german.includes('{1}') ? german.match(/\{\d\}/g)!.length : (german.match(/\{\}/g)?.length ?? 0);
    const figures = out.match(/4[1-9]\b/g) ?? [];
    assert.is(figures.length, used, `${text} -> ${out}`);
  }
});

test('a device that does not answer is told in German, whatever its bus', () => {
  const wirings: [keyof typeof BUS_KINDS, object][] = [
    ['i2c', { bus: 'i2c1', address: 0x4a }],
    ['gpio', { bus: 'gpiochip0', line: 17 }],
    ['modbus', { bus: 'drive', unit: 1 }],
  ];
  for (const code of ['BUS_ABSENT', 'BUS_TIMEOUT', 'BUS_STUCK'] as const) {
    for (const [kind, params] of wirings) {
      const said = explain(new HeatmineError(code, 'x'), 'chip', params);
      assert.match(said, BUS_KINDS[kind].check);
      const one = `returnC: ${said}; last value kept, 2 s old`;
      for (const told of [one, `${one}; ${one}`]) assert.not.match(inGerman(told), ENGLISH_OF_DEVICES, told);
    }
  }
  for (const { check } of Object.values(BUS_KINDS)) assert.is.not(inGerman(check), check);
});

test('what the experts that ship say of themselves is told in German', () => {
  const models = join(import.meta.dirname, '../models');
  const ids = readdirSync(models).filter((id) => existsSync(join(models, id, 'expert.json')));
  assert.ok(ids.length >= 5);
  for (const id of ids) {
    const { title, description, quality } = JSON.parse(readFileSync(join(models, id, 'expert.json'), 'utf8'));
    for (const text of [title, description, quality?.note ?? title])
      assert.is.not(inGerman(text), text, `${id}: add it to src/contract/german/experts.ts`);
  }
});

const CASES: [string, string][] = [
  [
    'this backup cannot be used: it was made by HeatMine 9.0.0; update this one first',
    'diese Sicherung ist nicht zu gebrauchen: sie ist von HeatMine 9.0.0; zuerst dieses aktualisieren',
  ],
  [
    'mqtt://192.168.1.10:1883 cannot be written: 1.5 of 20.25 kWh.',
    'mqtt://192.168.1.10:1883 ist nicht schreibbar: 1,5 of 20,25 kWh.',
  ],
  [
    'state.json is damaged (its sum does not match); the state before it is used',
    'state.json ist beschädigt (seine Prüfsumme stimmt nicht); es gilt der Stand davor',
  ],
  [
    'room set-point: 99 °C from home-assistant refused: must be at most 30',
    'Sollwert Raum: 99 °C von Home Assistant abgelehnt: höchstens 30',
  ],
  [
    'page set mode heating, room 21.5 °C, hot water 48 °C, computing on at 0 EUR/kWh, operation commission',
    'Seite stellte ein: Betriebsart Heizen, Raum 21,5 °C, Warmwasser 48 °C, Rechnen ein, Wert 0 EUR/kWh, Betrieb Inbetriebnahme',
  ],
  ['0.0 L/min at 0 %, 41.9 L/min at 100 %', '0,0 L/min bei 0 %, 41,9 L/min bei 100 %'],
  [
    'Heating: buffer 33.5 °C (wanted 32.3 °C), heat pump 5.3 kW + accelerator 0.2 kW; there is no accelerator.',
    'Heizt: Puffer 33,5 °C (gewünscht 32,3 °C), Wärmepumpe 5,3 kW + Rechner 0,2 kW; es gibt keinen Rechner.',
  ],
  [
    'Idle: buffer 33.5 °C (wanted 32.3 °C); there is no accelerator.',
    'Ruht: Puffer 33,5 °C (gewünscht 32,3 °C); es gibt keinen Rechner.',
  ],
  [
    'Heating: buffer 38.2 °C of 39.5 °C, heat pump 6.7 kW + accelerator 2.8 kW; computing 2.8 kW of up to 3.0 kW because a kWh from the grid costs 0.312 EUR and gains 0.350 EUR, 0.104 of it as heat it replaces.',
    'Heizt: Puffer 38,2 °C von 39,5 °C, Wärmepumpe 6,7 kW + Rechner 2,8 kW; rechnet mit 2,8 kW von bis zu 3,0 kW, denn eine kWh aus dem Netz kostet 0,312 EUR und bringt 0,350 EUR, davon 0,104 als ersetzte Wärme.',
  ],
  [
    'Idle: buffer 30.0 °C of 40.0 °C, the compressor rests 3 min more; there is no accelerator.',
    'Ruht: Puffer 30,0 °C von 40,0 °C, der Verdichter ruht noch 3 min; es gibt keinen Rechner.',
  ],
  [
    'Idle: room 27.0 °C of 24.0 °C, water of 18.0 °C cools it; there is no accelerator.',
    'Ruht: Raum 27,0 °C von 24,0 °C, Wasser von 18,0 °C kühlt ihn; es gibt keinen Rechner.',
  ],
  [
    'page: warmer by 1.5 K for 3 h: costs about 0.42 EUR (estimate: 1.4 kWh more of electricity at 0.31 EUR/kWh)',
    'Seite: um 1,5 K wärmer für 3 h: kostet etwa 0,42 EUR (geschätzt: 1,4 kWh Strom mehr zu 0,31 EUR/kWh)',
  ],
  [
    'command line: screed drying for 7 d: changes nothing as long as the mode is not heating',
    'Befehlszeile: Estrich trocknen für 7 d: ändert nichts, solange gilt: die Betriebsart ist nicht Heizen',
  ],
  [
    'page: holiday, 4 K of set-back for 7 d: saves what cooling and hot water would take, as the weather will have it',
    'Seite: Urlaub, 4 K Absenkung, für 7 d: spart, was Kühlen und Warmwasser bräuchten, je nach Wetter',
  ],
  [
    'the coolant pump is on and nothing flows; it may be seized or the loop empty; mend it, then acknowledge it',
    'die Kühlmittelpumpe läuft und nichts fließt; sie sitzt fest oder der Kreis ist leer; beheben, dann die Störung quittieren',
  ],
  [
    "the grid operator's contact limits the unit to 4.2 kW: accelerator 1.3 kW, backup heater off",
    'der Kontakt des Netzbetreibers begrenzt das Gerät auf 4,2 kW: Rechner 1,3 kW, Heizstab aus',
  ],
  [
    'hotWaterC: no new sample; last value kept, 75 s old',
    'Warmwasser: kein neuer Messwert; der letzte Wert gilt weiter, 75 s alt',
  ],
  [
    'Defrosting the outdoor unit with 4.1 kW from the water; the accelerator rests until a question comes: unpaid computing does not pay, a kWh from the grid costs 0.364 EUR and gains 0.104 EUR, 0.104 of it as heat it replaces.',
    'Taut die Außeneinheit mit 4,1 kW aus dem Wasser ab; der Rechner ruht, bis eine Frage kommt: unbezahltes Rechnen lohnt nicht, eine kWh aus dem Netz kostet 0,364 EUR und bringt 0,104 EUR, davon 0,104 als ersetzte Wärme.',
  ],
  [
    'Hot water 44.4 °C, charging the tank; the accelerator draws 0.3 kW; unpaid computing does not pay: a kWh from own sun costs 0.079 EUR and gains 0.010 EUR.',
    'Warmwasser 44,4 °C, der Speicher lädt; der Rechner zieht 0,3 kW; unbezahltes Rechnen lohnt nicht: eine kWh aus eigener Sonne kostet 0,079 EUR und bringt 0,010 EUR.',
  ],
  [
    'Idle: buffer 31.0 °C of 34.0 °C; the accelerator rests until a question comes: unpaid computing does not pay, a kWh from the grid costs 0.300 EUR and computing with it costs 0.015 EUR more.',
    'Ruht: Puffer 31,0 °C von 34,0 °C; der Rechner ruht, bis eine Frage kommt: unbezahltes Rechnen lohnt nicht, eine kWh aus dem Netz kostet 0,300 EUR, und mit ihr zu rechnen kostet noch 0,015 EUR.',
  ],
  [
    'Heating: buffer 31.0 °C of 34.0 °C, heat pump starting; computing 2.5 kW for answers that are paid: a kWh from the grid costs 0.302 EUR and gains 0.347 EUR, 0.250 of it paid, 0.097 of it as heat it replaces.',
    'Heizt: Puffer 31,0 °C von 34,0 °C, Wärmepumpe läuft an; rechnet mit 2,5 kW für bezahlte Antworten: eine kWh aus dem Netz kostet 0,302 EUR und bringt 0,347 EUR, davon 0,250 bezahlt, davon 0,097 als ersetzte Wärme.',
  ],
  [
    'Idle: buffer 31.0 °C of 34.0 °C; the accelerator rests until a question comes: unpaid computing rests between two runs, a kWh from own sun costs 0.079 EUR and gains 0.104 EUR, 0.104 of it as heat it replaces.',
    'Ruht: Puffer 31,0 °C von 34,0 °C; der Rechner ruht, bis eine Frage kommt: unbezahltes Rechnen ruht zwischen zwei Läufen, eine kWh aus eigener Sonne kostet 0,079 EUR und bringt 0,104 EUR, davon 0,104 als ersetzte Wärme.',
  ],
  [
    'Heating: buffer 28.0 °C of 34.0 °C, accelerator 4.1 kW; computing 5.0 kW of up to 5.0 kW for its heat: the heat pump cannot run.',
    'Heizt: Puffer 28,0 °C von 34,0 °C, Rechner 4,1 kW; rechnet mit 5,0 kW von bis zu 5,0 kW der Wärme wegen: die Wärmepumpe kann nicht laufen.',
  ],
  ['i2c-1 0x48: read failed', 'i2c-1 0x48: read failed'],
];
for (const [english, german] of CASES) test(`"${english.slice(0, 50)}"`, () => assert.is(inGerman(english), german));

test.run();

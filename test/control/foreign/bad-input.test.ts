import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MIN_OFF_S, MIN_RUN_S } from '../../../src/control/decide/compressor.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { MAX_LINE_CHARS } from '../../../src/control/foreign/line.ts';
import { type Answer, type ForeignState, foreignStart, foreignStep } from '../../../src/control/foreign/step.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';

/** A small house that answers the commands, so that rubbish on the line shows in a room. */
const known = knownOf({ areaM2: 120, designLoadW: 6000, emitter: 'radiator', pump: { heatW: 8000 } });
const LOW_C = 20;

type Line = Record<string, unknown>;
/** Makes text of a sound line; several texts where lines are doubled or flood. */
type Spoil = (line: Line, k: number) => string[];

interface Ran {
  answers: Answer[];
  state: ForeignState;
  /** Kelvin hours below the band after the first day, and but for 8 h from the beginning and the end of a gap. */
  coldKh: number;
  warmestC: number;
}

function run(days: number, stepS: (k: number) => number, spoil: Spoil): Ran {
  let state = foreignStart(known);
  let [roomC, wallC, waterC, heatW] = [20.5, 18, 25, 0];
  const answers: Answer[] = [];
  let [coldKh, warmestC, t, fromS] = [0, 0, 0, 86_400];
  for (let k = 0; t < days * 86_400; k++) {
    const outdoorC = 2 - 4 * Math.cos((2 * Math.PI * t) / 86_400);
    const line = {
      ...{ t, outdoorC, roomC, supplyC: waterC + heatW / 2000, returnC: waterC, priceEurPerKwh: 0.3 },
      ...{ compressorW: heatW / 3.5, auxW: heatW > 0 ? 80 : 0, heatW, comfort: { lowC: LOW_C, highC: 23, next: [] } },
    };
    for (const text of spoil(line, k)) {
      const step = foreignStep(known, state, text);
      state = step.state;
      answers.push(step.out);
    }
    const dtS = stepS(k);
    heatW = 8000 * answers.at(-1)!.compressor;
    for (let s = 0; s < dtS; s += 60) {
      const dt = Math.min(60, dtS - s);
      const toRoomW = 260 * (waterC - roomC);
      const toWallW = 900 * (roomC - wallC);
      waterC += ((heatW - toRoomW) * dt) / 6e5;
      roomC += ((toRoomW + 300 - toWallW - 110 * (roomC - outdoorC)) * dt) / 4e6;
      wallC += ((toWallW - 90 * (wallC - outdoorC)) * dt) / 2e7;
    }
    t += dtS;
    if (dtS > 3600) fromS = t + 8 * 3600;
    if (t > fromS) coldKh += (Math.max(0, LOW_C - roomC) * dtS) / 3600;
    warmestC = Math.max(warmestC, roomC);
  }
  return { answers, state, coldKh, warmestC };
}

const plain: Spoil = (line) => [JSON.stringify(line)];
const oneOf = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
const RUBBISH = ['NaN', 'Infinity', '-Infinity', 'null', '1e999', '-1e300', '"21"', '[]', '{}', 'true', '""', '293.15'];
const huge = `{"t": 1, "x": "${'x'.repeat(MAX_LINE_CHARS)}"}`;

/** One of the ways in which a line goes wrong. */
function spoilt(random: Random, line: Line): string[] {
  const text = JSON.stringify(line);
  const kind = Math.floor(random() * 12);
  const t = line.t as number;
  if (kind === 0) return [text, text];
  if (kind === 1) return [text.slice(0, Math.floor(random() * text.length))];
  if (kind === 2) return [JSON.stringify({ ...line, t: t - 5000 * random() })];
  if (kind === 3) return [huge];
  if (kind === 4) return ['', '[]', 'null', '"?"', '\u0000\ufffd', text];
  if (kind === 5) return [JSON.stringify({ ...line, t: oneOf(random, [null, '5', {}, true, [t]]) })];
  if (kind === 6) return [JSON.stringify({ t })];
  if (kind === 7) return new Array(30).fill(text);
  if (kind === 8)
    return [
      JSON.stringify({
        ...line,
        comfort: oneOf<unknown>(random, [7, [], { lowC: 294, highC: 297 }, { lowC: 25, highC: 5 }]),
      }),
    ];
  if (kind === 9)
    return [
      JSON.stringify({
        ...line,
        forecast: {
          stepS: oneOf<unknown>(random, [0, -1, 'x', 1e9, 900]),
          outdoorC: [1, null, 'x'],
          priceEurPerKwh: 4,
        },
      }),
    ];
  const name = oneOf(random, [
    'outdoorC',
    'roomC',
    'supplyC',
    'returnC',
    'compressorW',
    'heatW',
    'priceEurPerKwh',
    'auxW',
  ]);
  return [JSON.stringify({ ...line, [name]: '#' }).replace('"#"', oneOf(random, RUBBISH))];
}

function assertFinite(x: unknown, path: string): void {
  if (typeof x === 'number') assert.ok(Number.isFinite(x) || /samples\.\d+\.roomC$/.test(path), `${path} is ${x}`);
  else if (typeof x === 'object' && x !== null)
    for (const [key, value] of Object.entries(x)) assertFinite(value, `${path}.${key}`);
}

function assertSound({ answers, state }: Ran): void {
  for (const a of answers) {
    assert.ok(a.compressor >= 0 && a.compressor <= 1 && (a.pump === 0 || a.pump === 1), JSON.stringify(a));
    assert.ok(Number.isFinite(a.supplySetC) && a.supplySetC <= 75 && a.computeBudgetW === 0 && a.reasons.length > 0);
  }
  assertFinite(state, 'state');
}

for (const seed of [1, 2, 3]) {
  test(`a quarter of the lines spoilt in every way, seed ${seed}: sound answers, a finite state, a warm room`, () => {
    const random = seededRandom(seed);
    const spoil: Spoil = (line) => (random() < 0.25 ? spoilt(random, line) : plain(line, 0));
    const ran = run(4, () => 600, spoil);
    assertSound(ran);
    assert.ok(ran.coldKh < 3 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  });
}

test('steps that change from 1 s to 900 s in the middle, and a gap of 8 h, leave the room warm', () => {
  const random = seededRandom(4);
  const stepS = (k: number) => (k === 700 ? 8 * 3600 : oneOf(random, [1, 30, 60, 300, 900]));
  const ran = run(6, stepS, plain);
  assertSound(ran);
  // Whatever was commanded last goes on through the gap.
  assert.ok(ran.coldKh < 3 && ran.warmestC < 26, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.ok(ran.answers.some((a) => a.reasons.join().includes('gap of')));
});

test('units by mistake: kelvin and cents are refused by name, kilowatts teach nothing and the room stays warm', () => {
  const kelvin = run(
    1,
    () => 900,
    (l) => [JSON.stringify({ ...l, roomC: (l.roomC as number) + 273.15, priceEurPerKwh: 31 })],
  );
  const said = kelvin.answers.at(-1)!.reasons.join();
  assert.match(said, 'roomC 29');
  assert.match(said, 'priceEurPerKwh 31 is not a number');
  const kw = (l: Line, name: string) => (l[name] as number) / 1000;
  const kilo = run(
    5,
    () => 900,
    (l) => [JSON.stringify({ ...l, heatW: kw(l, 'heatW'), compressorW: kw(l, 'compressorW'), auxW: kw(l, 'auxW') })],
  );
  assertSound(kilo);
  assert.ok(kilo.coldKh < 3 && kilo.warmestC < 23.5, `${kilo.coldKh} K h, ${kilo.warmestC} °C`);
  assert.ok(kilo.answers.some((a) => a.reasons.join().includes('taken for a mistake')));
});

test('a flood of lines within one second neither runs the clock nor the compressor against its times', () => {
  const ran = run(
    0.5,
    () => 900,
    (line) =>
      Array.from({ length: 50 }, (_, i) =>
        JSON.stringify({ ...line, t: (line.t as number) + i / 50, roomC: i % 2 ? 15 : 24 }),
      ),
  );
  assertSound(ran);
  const on = ran.answers.map((a) => a.compressor > 0);
  for (let k = 1, since = -1e9; k < on.length; k++) {
    if (on[k] === on[k - 1]) continue;
    // 50 lines for each step of 900 s.
    const atS = Math.floor(k / 50) * 900 + (k % 50) / 50;
    assert.ok(atS - since >= (on[k] ? MIN_OFF_S : MIN_RUN_S), `line ${k}`);
    since = atS;
  }
});

test.run();

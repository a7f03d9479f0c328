import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MIN_OFF_S, MIN_RUN_S } from '../../../src/control/decide/compressor.ts';
import { MAX_LINE_CHARS, readLine, type Line as Sound } from '../../../src/control/foreign/line.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { assertSound, known, type Line, run, type Spoil } from './lived.ts';

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

test('one line from the far future does not end the learning: the house is planned within two days all the same', () => {
  const ran = run(
    2,
    () => 900,
    (line, k) => (k === 24 ? [JSON.stringify({ ...line, t: 1e12 })] : plain(line, k)),
  );
  assertSound(ran);
  assert.ok(ran.state.learned.samples.every(({ atS }) => atS < 2 * 86_400));
  assert.match(ran.answers.at(-1)!.reasons[0]!, 'plan:');
});

test('single leaps of the thermometers neither end the learning nor call frost; one that comes again and moves is believed', () => {
  const random = seededRandom(6);
  const leaps: Spoil = (line) => {
    const name = oneOf(random, ['roomC', 'outdoorC']);
    return [JSON.stringify(random() < 0.05 ? { ...line, [name]: oneOf(random, [0, -40, 60, -20]) } : line)];
  };
  const ran = run(3, () => 900, leaps);
  assertSound(ran);
  assert.ok(ran.coldKh < 3 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.ok(!ran.answers.some((a) => a.reasons.join().includes('frost')));
  assert.ok(ran.answers.slice(-96).filter((a) => a.reasons.join().includes('plan:')).length > 80);
  const cold = [20, 3, 3, 3.2].map((roomC, k) => JSON.stringify({ t: 900 * k, roomC }));
  let state = foreignStart(known);
  const reasons = cold.map((text) => {
    const step = foreignStep(known, state, text);
    state = step.state;
    return step.out.reasons.join();
  });
  assert.match(reasons[1]!, 'roomC leapt from 20.0 to 3.0 °C');
  assert.match(reasons[2]!, 'roomC leapt');
  assert.match(reasons[3]!, 'frost');
});

test('meters that spike teach nothing: the room stays in its band; a pump of ten times its guessed rating is believed', () => {
  const random = seededRandom(8);
  const ran = run(
    4,
    () => 900,
    (line) => {
      const spike = random() < 0.03 ? { heatW: 1e6 } : random() < 0.03 ? { compressorW: 9e5 } : {};
      return [JSON.stringify({ ...line, ...spike })];
    },
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 1 && ran.warmestC < 23, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.ok(ran.answers.some((a) => a.reasons.join().includes('1000000 W is more than 4 times the rating')));
  const large = run(
    1,
    () => 900,
    (line) => [JSON.stringify({ ...line, heatW: 10 * (line.heatW as number) })],
  );
  assert.ok(large.state.learned.samples.some(({ heatW }) => heatW > 35_000));
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

test('a byte order mark, a carriage return, nulls in every place and nesting without end: an answer each, and the sound ones are read', () => {
  const sound = JSON.stringify({ t: 0, roomC: 21, outdoorC: 5, comfort: { lowC: 20, highC: 23 } });
  const nulls = { comfort: { lowC: null, highC: null, next: null }, forecast: { stepS: null, outdoorC: null } };
  const texts = [
    `\uFEFF${sound}`,
    `${sound.replace('"t":0', '"t":60')}\r`,
    JSON.stringify({ t: 120, roomC: null, ...nulls }),
    JSON.stringify({ t: 180, comfort: { lowC: 20, next: [null, { inS: null }] }, forecast: null }),
    '['.repeat(100_000),
  ];
  let state = foreignStart(known);
  const answers = texts.map((text) => {
    const step = foreignStep(known, state, text);
    state = step.state;
    return step.out;
  });
  assert.ok(answers.every((a) => Number.isFinite(a.compressor) && Number.isFinite(a.supplySetC)));
  const refused = answers.map((a) => a.reasons.join().includes('no JSON'));
  assert.equal(refused, [false, false, false, false, true]);
});

test('rubbish that is read without recursion, but too deep to be written again, is named in every field', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const band = '"lowC":20,"highC":23';
  const texts = [
    `{"t":${deep}}`,
    `{"t":1,"roomC":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    `{"t":2,"comfort":${deep}}`,
    `{"t":3,"comfort":{${band},"next":[${deep}]}}`,
    `{"t":4,"forecast":{"stepS":900,"outdoorC":[${deep}]}}`,
  ];
  for (const text of texts) assert.match(said(text), 'too deep to show');
});

/** What is said of a line besides the decision. */
function said(line: object | string): string {
  const text = typeof line === 'string' ? line : JSON.stringify({ t: 0, roomC: 20, ...line });
  return foreignStep(known, foreignStart(known), text).out.reasons.join('\n');
}

test('what is ignored is named: in forecasts, bands, lists, and how many more there are', () => {
  const band = { lowC: 20, highC: 23 };
  const nan = '{"t":0,"forecast":{"stepS":900,"outdoorC":[1,NaN,-400],"priceEurPerKwh":[31,32],"solarWm2":"x"}}';
  assert.match(said(nan), 'forecast.outdoorC: 2 of 3 entries are not numbers from -60 to 60, the first is "NaN"');
  assert.match(said(nan), 'forecast.priceEurPerKwh: 2 of 2 entries are not numbers from -10 to 10, the first is 31');
  assert.match(said(nan), 'forecast.solarWm2 "x" is no list');
  assert.match(
    said({ comfort: { lowC: 20, highC: 999 } }),
    'comfort.highC 999 is not a number from -20 to 60: 24 taken',
  );
  assert.match(said({ comfort: { ...band, next: { inS: 5 } } }), 'comfort.next {"inS":5} is no list');
  assert.match(said({ comfort: { ...band, next: [{ inS: -5, lowC: 1, highC: 2 }] } }), 'comfort.next {"inS":-5');
  assert.match(said({ comfort: { ...band, next: [{ inS: 5, lowC: 1, highC: 99 }] } }), 'comfort.next.highC 99');
  const later = Array.from({ length: 1500 }, (_, k) => ({ inS: 60 * k, ...band }));
  assert.match(said({ comfort: { ...band, next: later } }), 'comfort.next has 1500 entries, 1000 are used');
  const all = { roomC: 'x', outdoorC: 'x', supplyC: 'x', returnC: 'x', heatW: 'x', auxW: 'x', compressorW: 'x' };
  assert.match(said(all), 'and 2 more');
  // Holes are legal, and so is what is left out.
  assert.not.match(said({ comfort: { lowC: 20 }, forecast: { stepS: 900, outdoorC: [1, null, 2] } }), 'not');
});

test('a forecast of a day in steps of a second, or of two days in minutes, is used to its end', () => {
  const n = 86_400;
  const price = Array.from({ length: n }, (_, s) => (s < n / 2 ? 0.25 : 0.5));
  const text = JSON.stringify({
    ...{ t: 0, roomC: 18, outdoorC: 0 },
    forecast: {
      stepS: 1,
      outdoorC: new Array(n).fill(1.25),
      solarWm2: new Array(n).fill(120.5),
      priceEurPerKwh: price,
    },
  });
  const day = readLine(text) as Sound;
  assert.equal(day.faults, []);
  assert.is(day.forecast!.stepS * day.forecast!.outdoorC.length, n);
  assert.ok(day.forecast!.outdoorC.length <= 3000);
  assert.is(day.forecast!.priceEurPerKwh[720 - 1], 0.25);
  assert.is(day.forecast!.priceEurPerKwh[720], 0.5);
  const minutes = readLine(
    JSON.stringify({ t: 0, forecast: { stepS: 60, outdoorC: new Array(2880).fill(3) } }),
  ) as Sound;
  assert.is(minutes.forecast!.outdoorC.length, 2880);
});

test.run();

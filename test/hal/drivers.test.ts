import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as ads from '../../src/hal/drivers/ads1115-ntc.ts';
import * as atv from '../../src/hal/drivers/atv320.ts';
import * as gp from '../../src/hal/drivers/gp8403.ts';
import * as relay from '../../src/hal/drivers/gpio-relay.ts';
import { DRIVERS } from '../../src/hal/drivers/index.ts';
import * as mcp from '../../src/hal/drivers/mcp9808.ts';
import * as smi from '../../src/hal/drivers/nvidia-smi.ts';
import * as flow from '../../src/hal/drivers/pulse-flow.ts';
import * as sdm from '../../src/hal/drivers/sdm630.ts';
import * as tmp from '../../src/hal/drivers/tmp117.ts';

const near = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not within ${within} of ${expected}`);

test('every driver names itself once and its channels once', () => {
  assert.is(new Set(DRIVERS.map((d) => d.name)).size, DRIVERS.length);
});

test('TMP117: words of data sheet table 7-1', () => {
  assert.is(tmp.decode(0x8000), undefined);
  assert.is(tmp.decode(0xf380), -25);
  assert.is(tmp.decode(0xfff0), -0.125);
  assert.is(tmp.decode(0xffff), -0.0078125);
  assert.is(tmp.decode(0x0000), 0);
  assert.is(tmp.decode(0x0001), 0.0078125);
  assert.is(tmp.decode(0x0c80), 25);
  assert.is(tmp.decode(0x3200), 100);
  assert.is(tmp.decode(0x4b00), 150);
});

test('MCP9808: flags are ignored, the sign is not', () => {
  assert.is(mcp.decode(0x0194), 25.25);
  assert.is(mcp.decode(0xc194), 25.25);
  assert.is(mcp.decode(0x1ff0), -1);
  assert.is(mcp.decode(0x1e70), -25);
  assert.is(mcp.decode(0x07d0), 125);
});

const ntc = { ohmsAt25C: 10_000, betaK: 3977, pullUpOhms: 10_000, railV: 3.3 };
const counts = (volts: number) => Math.round((volts / 4.096) * 32_768);

test('ADS1115: configuration words of the four inputs', () => {
  assert.equal([0, 1, 2, 3].map(ads.encodeConfig), [0xc3e3, 0xd3e3, 0xe3e3, 0xf3e3]);
});

test('ADS1115 + NTC: a B3977 10k at points of its R/T table, open, short', () => {
  const at = (ohms: number) => ads.decode(counts((3.3 * ohms) / (ohms + 10_000)), ntc);
  for (const [ohms, celsius, within] of [
    [10_000, 25, 0.01],
    [32_554, 0, 0.8],
    [3_603, 50, 0.3],
    [1_481, 75, 0.7],
    [677, 100, 1.3],
  ] as const) {
    const decoded = at(ohms);
    assert.ok('valueC' in decoded);
    near(decoded.valueC, celsius, within);
  }
  for (const [raw, what] of [
    [counts(3.3), /open/],
    [0x7fff, /open/],
    [counts(3.27), /open/],
    [0, /shorted/],
    [0xffff, /shorted/],
    [counts(0.02), /shorted/],
  ] as const) {
    const decoded = ads.decode(raw, ntc);
    assert.ok('fault' in decoded && what.test(decoded.fault), JSON.stringify(decoded));
  }
});

/** Marks of a meter at `hz` edges a second, reported each `everyMs`. */
function marks(hz: number, everyMs: number, untilMs: number): flow.Mark[] {
  const made: flow.Mark[] = [];
  for (let ms = Math.max(0, untilMs - 1000); ms <= untilMs; ms += everyMs) {
    const sequence = Math.floor((ms * hz) / 1000);
    if (sequence !== made.at(-1)?.sequence) {
      made.push({ sequence, atNs: BigInt(Math.round((sequence / hz) * 1e9)), heardMs: ms });
    }
  }
  return made;
}

test('flow: 300 pulses a litre, 20 L/min is 100 pulses and 200 edges a second', () => {
  near(flow.decode(marks(200, 5, 3000), 3000, 300), 20, 0.2);
  near(flow.decode(marks(200, 50, 3000), 3000, 300), 20, 0.2);
  near(flow.decode(marks(200, 50, 3000), 3049, 300), 20, 0.2);
});

test('flow: edges lost on the way are counted by their sequence', () => {
  const kept = marks(200, 5, 3000).filter((_, i) => i % 7 !== 3);
  near(flow.decode(kept, 3000, 300), 20, 0.3);
});

test('flow: after the last edge it falls and is 0 within a second', () => {
  const stopped = marks(200, 50, 3000);
  const after = [100, 300, 600, 999].map((ms) => flow.decode(stopped, 3000 + ms, 300));
  for (let i = 1; i < after.length; i++) assert.ok(after[i]! <= after[i - 1]!, `${after}`);
  assert.ok(after[3]! < 3, `${after}`);
  assert.is(flow.decode(stopped, 4000, 300), 0);
  assert.is(flow.decode([], 4000, 300), 0);
  assert.is(flow.decode(stopped.slice(0, 1), 3000, 300), 0);
});

test('relay: inverted means released is 1', () => {
  assert.is(relay.encode(1, false), 1);
  assert.is(relay.encode(0, false), 0);
  assert.is(relay.encode(1, true), 0);
  assert.is(relay.encode(0, true), 1);
});

test('GP8403: 12 bits in the upper part, low byte first', () => {
  assert.equal([...gp.encode('out0', 100, false)], [0x02, 0xf0, 0xff]);
  assert.equal([...gp.encode('out1', 0, false)], [0x04, 0x00, 0x00]);
  assert.equal([...gp.encode('out0', 50, false)], [0x02, 0x00, 0x80]);
  assert.equal([...gp.encode('out1', 100, true)], [0x04, 0x00, 0x00]);
  assert.equal([...gp.encode('out0', 0, true)], [0x02, 0xf0, 0xff]);
});

test('ATV320: state words of CiA 402 and what to command next', () => {
  assert.is(atv.nextCommand(0x0250), 0x06);
  assert.is(atv.nextCommand(0x0231), 0x07);
  assert.is(atv.nextCommand(0x0233), 0x0f);
  assert.is(atv.nextCommand(0x0237), undefined);
  assert.is(atv.isFault(0x0208), true);
  assert.is(atv.isFault(0x0237), false);
  const words = new Uint16Array(11);
  words.set([0x0237, 653], 0);
  words[10] = 72;
  assert.equal(atv.decode(words, 4000), { eta: 0x0237, speedHz: 65.3, powerW: 2880 });
  words[1] = 0xfe0c;
  assert.is(atv.decode(words, 4000).speedHz, 50);
  assert.is(atv.encodeSpeed(42.5, 100), 425);
});

test('SDM630: IEEE 754 single, high word first', () => {
  assert.is(sdm.decode([0x447a, 0x0000]), 1000);
  assert.is(sdm.decode([0xc4bb, 0x8000]), -1500);
  assert.is(sdm.decode([0x43e7, 0x0000]), 462);
  assert.is(sdm.decode([0x7fc0, 0x0000]), undefined);
  assert.is(sdm.decode([0x7f80, 0x0000]), undefined);
  assert.is(sdm.decode([]), undefined);
});

test('nvidia-smi: several cards, [N/A], rubbish', () => {
  const two = smi.decode('287.31, 350.00, 64, 100.00, 400.00\n12.69, 250.00, 71, 150.00, 350.00\n')!;
  assert.equal(two, { count: 2, powerW: 300, limitW: 600, chipC: 71, minLimitW: 150, maxLimitW: 350 });
  const mute = smi.decode('[N/A], 350.00, 64, [Not Supported], 400.00')!;
  assert.is(mute.powerW, undefined);
  assert.is(mute.minLimitW, undefined);
  assert.is(mute.chipC, 64);
  for (const rubbish of [
    '',
    'No devices were found',
    'a, b, c, d, e',
    '1, 2',
    'NVIDIA-SMI has failed because it could not communicate',
  ]) {
    assert.is(smi.decode(rubbish), undefined, rubbish);
  }
  assert.equal(smi.encodeCap(500, two), ['-pl', '250']);
  assert.equal(smi.encodeCap(0, two), ['-pl', '150']);
  assert.equal(smi.encodeCap(5000, two), ['-pl', '350']);
  assert.equal(smi.encodeCap(700, mute), ['-pl', '400']);
});

test.run();

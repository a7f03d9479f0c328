import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as host from '../../src/hal/drivers/accel-host.ts';
import * as adc from '../../src/hal/drivers/ads1115.ts';
import * as ads from '../../src/hal/drivers/ads1115-ntc.ts';
import * as pt from '../../src/hal/drivers/ads1115-pt1000.ts';
import * as amd from '../../src/hal/drivers/amdgpu.ts';
import * as atv from '../../src/hal/drivers/atv320.ts';
import { limitOf, samplesOf } from '../../src/hal/drivers/cards.ts';
import * as ds from '../../src/hal/drivers/ds18b20.ts';
import * as gp from '../../src/hal/drivers/gp8403.ts';
import * as relay from '../../src/hal/drivers/gpio-relay.ts';
import * as hwmon from '../../src/hal/drivers/hwmon.ts';
import { DRIVERS } from '../../src/hal/drivers/index.ts';
import * as lm75 from '../../src/hal/drivers/lm75.ts';
import * as mag from '../../src/hal/drivers/mag11.ts';
import * as mcp from '../../src/hal/drivers/mcp9808.ts';
import * as mix from '../../src/hal/drivers/mix38.ts';
import * as smi from '../../src/hal/drivers/nvidia-smi.ts';
import * as opti from '../../src/hal/drivers/optidrive-eco.ts';
import * as flow from '../../src/hal/drivers/pulse-flow.ts';
import * as sdm from '../../src/hal/drivers/sdm630.ts';
import * as sun from '../../src/hal/drivers/sunspec.ts';
import * as tmp from '../../src/hal/drivers/tmp117.ts';
import * as tuf from '../../src/hal/drivers/tuf2000m.ts';

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

test('MIX38: tenths of a degree with a sign; a counter that ran over', () => {
  assert.equal([0x00fa, 0xff9c, 0].map(mix.decode), [25, -10, 0]);
  assert.is(mix.flow(75, 1000, 75), 60);
  assert.is(mix.flow(5 - 0xffffffff - 1 + 70, 1000, 75), 60);
});

test('ADS1115: configuration words of the four inputs', () => {
  assert.equal(
    [0, 1, 2, 3].map((n) => adc.encodeConfig(n)),
    [0xc3e3, 0xd3e3, 0xe3e3, 0xf3e3],
  );
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
  const two = smi.decode(
    '287.31, 350.00, 64, 100.00, 400.00, 97, 6144, 24576\n12.69, 250.00, 71, 150.00, 350.00, 3, 18432, 24576\n',
  )!;
  const samples = samplesOf(two, 5, 'look');
  assert.equal(
    Object.entries(samples).map(([name, { value }]) => [name, value]),
    [
      ['powerW', 300],
      ['chipC', 71],
      ['utilPct', 50],
      ['memoryPct', 75],
    ],
  );
  assert.is(limitOf(two), 600);
  const mute = smi.decode('[N/A], 350.00, 64, [Not Supported], 400.00, [N/A], 1, 2')!;
  assert.match(samplesOf(mute, 5, 'look').powerW!.fault!, /look/);
  assert.is(samplesOf(mute, 5, 'look').chipC!.value, 64);
  for (const rubbish of [
    '',
    'No devices were found',
    'a, b, c, d, e, f, g, h',
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

test('LM75 and TMP102: words of their data sheets', () => {
  for (const [raw, celsius] of [
    [0x7d00, 125],
    [0x1900, 25],
    [0x0080, 0.5],
    [0x0000, 0],
    [0xff80, -0.5],
    [0xe700, -25],
    [0xc900, -55],
  ] as const) {
    assert.is(lm75.decode(raw, 'lm75'), celsius);
    assert.is(lm75.decode(raw | 0x7f, 'lm75'), celsius, 'the low bits of the oldest chips are undefined');
  }
  for (const [raw, celsius] of [
    [0x6400, 100],
    [0x5000, 80],
    [0x4b00, 75],
    [0x3200, 50],
    [0x0040, 0.25],
    [0xffc0, -0.25],
    [0xe700, -25],
    [0xc900, -55],
  ] as const) {
    assert.is(lm75.decode(raw, 'tmp102'), celsius);
  }
  assert.is(lm75.decode(0x0020, 'lm75b'), 0.125);
  assert.is(lm75.decode(0xffe0, 'lm75b'), -0.125);
});

test('PT1000: points of the table of IEC 60751, open, short', () => {
  for (const [ohms, celsius] of [
    [1000, 0],
    [1385.055, 100],
    [1077.935, 20],
    [1193.971, 50],
    [1573.251, 150],
    [803.063, -50],
    [921.599, -20],
  ] as const) {
    near(pt.celsiusOf(ohms), celsius, 0.005);
    const raw = Math.round(((3.3 * ohms) / (ohms + 3300) / 2.048) * 32_768);
    const decoded = pt.decode(raw, { pullUpOhms: 3300, railV: 3.3 });
    assert.ok('valueC' in decoded);
    near(decoded.valueC, celsius, 0.03);
  }
  for (const [raw, what] of [
    [0x7fff, /open/],
    [20_800, /open/],
    [0, /shorted/],
    [0xffff, /shorted/],
    [9000, /shorted/],
  ] as const) {
    const decoded = pt.decode(raw, { pullUpOhms: 3300, railV: 3.3 });
    assert.ok('fault' in decoded && what.test(decoded.fault), `${raw}: ${JSON.stringify(decoded)}`);
  }
  assert.is(adc.encodeConfig(0, 2.048), 0xc5e3);
});

test('DS18B20: scratchpads of the data sheet, power-on value, checksum', () => {
  // Table 1 of the data sheet: +125, +85, +25.0625, +10.125, +0.5, 0, -0.5, -10.125, -25.0625, -55 °C.
  for (const [low, high, celsius] of [
    [0xd0, 0x07, 125],
    [0x50, 0x05, 85],
    [0x91, 0x01, 25.0625],
    [0xa2, 0x00, 10.125],
    [0x08, 0x00, 0.5],
    [0x00, 0x00, 0],
    [0xf8, 0xff, -0.5],
    [0x5e, 0xff, -10.125],
    [0x6f, 0xfe, -25.0625],
    [0x90, 0xfc, -55],
  ] as const) {
    const pad = [low, high, 0x4b, 0x46, 0x7f, 0xff, 16 - (low & 15), 0x10];
    const bytes = [...pad, ds.crc8(pad)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    assert.equal(ds.decode(`${bytes} : crc=${bytes.slice(-2)} YES\n${bytes} t=0\n`), { valueC: celsius });
  }
  // As a kernel prints them: a power-on value (85 °C) and a real 23.125 °C.
  const fault = (text: string) => (ds.decode(text) as { fault: string }).fault;
  assert.match(fault('50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n'), /supply/);
  assert.equal(ds.decode('72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n'), {
    valueC: 23.125,
  });
  assert.match(fault('72 01 4b 46 7f ff 0e 10 57 : crc=57 NO\n72 01 t=23125\n'), /checksum/);
  assert.match(
    fault('73 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n73 01 t=23187\n'),
    /checksum/,
    'ours, not only the kernel',
  );
  assert.match(fault('00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 t=0\n'), /checksum/, 'a shorted wire');
  assert.match(fault(''), /checksum/);
});

test('TUF-2000M: REAL4 with the low word first, as measured by its users', () => {
  const decoded = tuf.decode([0, 0x3f80, 0, 0x4000], [0x806b, 0x4212, 0, 0x41f0])!;
  near(decoded.supplyC, 36.625, 0.001);
  assert.is(decoded.returnC, 30);
  near(decoded.flowLpm, 1000 / 60, 1e-9);
  near(decoded.powerW, 2e9 / 3600, 1e-3);
  assert.is(tuf.decode([0, 0x7fc0, 0, 0], [0, 0, 0, 0]), undefined);
  assert.is(tuf.decode([], []), undefined);
});

test('MAG 11: the worked example of its manual, C1 48 00 00 is -12.5 m³/h', () => {
  const words = [0xc148, 0x0000, 0x42b4, 0x0000, 0x428c, 0x0000, 0x41a0, 0x0000, 0x4120, 0x0000];
  const decoded = mag.decode(words)!;
  near(decoded.flowLpm, -12_500 / 60, 1e-9);
  assert.equal([decoded.supplyC, decoded.returnC, decoded.powerW], [90, 70, 10_000]);
  assert.is(mag.decode(words.slice(0, 9)), undefined);
});

test('Optidrive Eco: 123 is 12.3 Hz and 1100 is 11.00 kW, as its guide says; a trip has a number', () => {
  assert.equal(opti.decode([0x0041, 123, 105, 474, 1100]), { trip: undefined, speedHz: 12.3, powerW: 11_000 });
  assert.is(opti.decode([0x0302, 0, 0, 0, 0]).trip, 3);
  assert.equal(opti.encode(50, 100), [1, 500]);
  assert.equal(opti.encode(0, 100), [0, 0]);
});

test('SunSpec model 103: watts with their scale factor, and what is not implemented', () => {
  const model = (w: number, sf: number, id = 103) => Object.assign(Array(16).fill(0), { 0: id, 1: 50, 14: w, 15: sf });
  assert.is(sun.decode(model(412, 1)), 4120);
  assert.is(sun.decode(model(0xfff6, 0)), -10);
  near(sun.decode(model(12_345, 0xffff))!, 1234.5, 1e-9);
  assert.is(sun.decode(model(0x8000, 0)), undefined);
  assert.is(sun.decode(model(412, 0x8000)), undefined);
  assert.is(sun.decode(model(412, 0, 160)), undefined);
  assert.is(sun.decode([]), undefined);
});

test('amdgpu and hwmon: whole numbers in µW and m°C, or nothing', () => {
  assert.is(amd.decode('187000000\n'), 187e6);
  assert.is(amd.encodeCap(210), '210000000');
  for (const rubbish of ['', '\n', 'N/A\n', '12.5\n', '0x10\n']) assert.is(amd.decode(rubbish), undefined, rubbish);
  assert.is(hwmon.decode('-12500\n', 'temperature'), -12.5);
  assert.is(hwmon.decode('45250000\n', 'power'), 45.25);
  assert.is(hwmon.decode('none', 'power'), undefined);
});

test('accelerator host: samples with their age, faults, and what is no answer', () => {
  assert.equal(host.decode({ id: 1, samples: { powerW: { value: 900, ageMs: 20 }, chipC: { fault: 'gone' } } }, 1000), {
    powerW: { value: 900, atMs: 980 },
    chipC: { value: Number.NaN, atMs: 1000, fault: 'gone' },
  });
  for (const rubbish of [{}, { samples: 3 }, { samples: { powerW: { value: 'x', ageMs: 0 } } }, undefined]) {
    assert.is(host.decode(rubbish, 0), undefined);
  }
});

test.run();

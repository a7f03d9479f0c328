import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as adc from '../../../src/hal/drivers/ads1115.ts';
import * as ads from '../../../src/hal/drivers/ads1115-ntc.ts';
import * as pt from '../../../src/hal/drivers/ads1115-pt1000.ts';
import * as ds from '../../../src/hal/drivers/ds18b20.ts';
import * as lm75 from '../../../src/hal/drivers/lm75.ts';
import * as mcp from '../../../src/hal/drivers/mcp9808.ts';
import * as tmp from '../../../src/hal/drivers/tmp117.ts';

const near = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not within ${within} of ${expected}`);

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

test.run();

import { setTimeout as sleep } from 'node:timers/promises';
import i2cBus from 'i2c-bus';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../src/core/errors.ts';
import { openLinuxBuses } from '../../../src/hal/buses/linux.ts';
import { DRIVERS } from '../../../src/hal/drivers/index.ts';
import type { Sample } from '../../../src/hal/types.ts';

/** Runs in the guest. The chips are i2c-stub: registers that keep what is written, set here past our own code. */
const monoMs = () => performance.now();
const buses = openLinuxBuses({ buses: { i2c0: { kind: 'i2c', path: '/dev/i2c-0' } } }, monoMs);
const chips = await i2cBus.openPromisified(0);
/** Sensors send the high byte first, SMBus words the low one. */
const put = (address: number, register: number, word: number) =>
  chips.writeWord(address, register, ((word & 0xff) << 8) | (word >> 8));
const get = async (address: number, register: number) => {
  const word = await chips.readWord(address, register);
  return ((word & 0xff) << 8) | (word >> 8);
};
const opened = (name: string, params: object) => {
  const driver = DRIVERS.find((d) => d.name === name)!;
  return driver.open(driver.params.parse({ bus: 'i2c0', ...params }), { buses, monoMs });
};
const figure = (samples: Record<string, Sample> | undefined, channel: string) => samples?.[channel]?.value;

test('TMP117: identifies itself, gets its configuration, reads -25 °C and 62.5 °C', async () => {
  await put(0x48, 0x0f, 0x0117);
  await put(0x48, 0x01, 0x2220);
  await put(0x48, 0x00, 0xf380);
  const device = await opened('tmp117', { address: '0x48' });
  assert.is(figure(await device.poll!(), 'temperatureC'), undefined, 'not converted as asked for yet');
  assert.is((await get(0x48, 0x01)) & 0x0fe0, 0x00a0);
  await put(0x48, 0x01, 0x20a0);
  assert.is(figure(await device.poll!(), 'temperatureC'), -25);
  await put(0x48, 0x00, 0x1f40);
  assert.is(figure(await device.poll!(), 'temperatureC'), 62.5);
});

test('TMP117: another chip at its address is told', async () => {
  await put(0x49, 0x0f, 0x0000);
  const device = await opened('tmp117', { address: '0x49' });
  const error = await device.poll!().catch((e) => e);
  assert.match(error.message, /^tmp117 at i2c0 0x49: another chip answers/);
});

test('MCP9808: 25.25 °C under its flags, -1 °C', async () => {
  await put(0x18, 0x06, 0x0054);
  const device = await opened('mcp9808', { address: '0x18' });
  await put(0x18, 0x05, 0xc194);
  assert.is(figure(await device.poll!(), 'temperatureC'), 25.25);
  await put(0x18, 0x05, 0x1ff0);
  assert.is(figure(await device.poll!(), 'temperatureC'), -1);
});

test('LM75: -25 °C and 25 °C once it has settled', async () => {
  await put(0x4c, 0x00, 0xe700);
  const device = await opened('lm75', { address: '0x4C', chip: 'lm75' });
  await device.poll!();
  await sleep(400);
  assert.is(figure(await device.poll!(), 'temperatureC'), -25);
  await put(0x4c, 0x00, 0x1900);
  assert.is(figure(await device.poll!(), 'temperatureC'), 25);
});

test('ADS1115: half the rail on all four inputs is the NTC at 25 °C; the last configuration is that of input 3', async () => {
  await put(0x4a, 0x00, Math.round((1.65 / 4.096) * 32_768));
  const ntc = { ohmsAt25C: 10_000, betaK: 3977, pullUpOhms: 10_000, railV: 3.3 };
  const device = await opened('ads1115-ntc', { address: '0x4A', ...ntc });
  const samples = await device.poll!();
  for (const channel of ['a0', 'a1', 'a2', 'a3'])
    assert.ok(Math.abs(figure(samples, channel)! - 25) < 0.01, `${channel}: ${figure(samples, channel)}`);
  assert.is(await get(0x4a, 0x01), 0xf3e3);
});

test('ADS1115 with PT1000: 1385.055 Ω of IEC 60751 on all four inputs is 100 °C', async () => {
  const volts = (3.3 * 1385.055) / (3300 + 1385.055);
  await put(0x4b, 0x00, Math.round((volts / 2.048) * 32_768));
  const device = await opened('ads1115-pt1000', { address: '0x4B', pullUpOhms: 3300, railV: 3.3 });
  const samples = await device.poll!();
  for (const channel of ['a0', 'a1', 'a2', 'a3'])
    assert.ok(Math.abs(figure(samples, channel)! - 100) < 0.05, `${channel}: ${figure(samples, channel)}`);
});

test('GP8403: 50 % is range 10 V, then 02 00 80', async () => {
  const device = await opened('gp8403', { address: '0x58', inverted: false });
  assert.is(await device.write!('out0', 50), 50);
  assert.is(await chips.readByte(0x58, 0x01), 0x11);
  assert.is(await chips.readWord(0x58, 0x02), 0x8000);
});

test('an address where nothing answers is BUS_ABSENT within 100 ms, and its neighbours go on', async () => {
  const startedMs = monoMs();
  const error = await buses
    .i2c('i2c0')
    .transfer(0x77, Uint8Array.of(0), 2)
    .catch((e) => e);
  assert.instance(error, HeatmineError);
  assert.is(error.code, 'BUS_ABSENT', error.message);
  assert.match(error.message, /^i2c0 0x77: /);
  assert.ok(monoMs() - startedMs < 100);
  assert.equal([...(await buses.i2c('i2c0').transfer(0x48, Uint8Array.of(0x0f), 2))], [0x01, 0x17]);
});

test('sixty transfers asked for at once come back each with its own answer', async () => {
  const i2c = buses.i2c('i2c0');
  const asked = Array.from({ length: 60 }, (_, n) => (n % 2 ? ([0x48, 0x0f] as const) : ([0x18, 0x06] as const)));
  const answers = await Promise.all(
    asked.map(([address, register]) => i2c.transfer(address, Uint8Array.of(register), 2)),
  );
  for (const [n, answer] of answers.entries()) assert.equal([...answer], n % 2 ? [0x01, 0x17] : [0x00, 0x54]);
});

test.after(async () => {
  await chips.close();
  await buses.close();
});

test.run();

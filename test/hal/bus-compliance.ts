import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import type { BusBackend, GpioEdge } from '../../src/hal/types.ts';
import { again, loopMs, until } from './patience.ts';

/** A back end that serves the reference board (boards/sim.json), and a hand on its high-pressure contact, gpio0 line 16. */
export interface Rig {
  buses: BusBackend;
  setContact(closed: boolean): void | Promise<void>;
  stop?(): Promise<void>;
}

const QUERY = ['--query-gpu=power.draw,power.limit,temperature.gpu', '--format=csv,noheader,nounits'];

/** What every bus back end must do alike: the HAL above cannot tell them apart. Registers and runs its own suite. */
export function busCompliance(name: string, makeRig: () => Promise<Rig>): void {
  const test = suite<{ rig: Rig }>(`bus back end ${name}`);
  test.before.each(async (context) => {
    context.rig = await makeRig();
  });
  test.after.each(async ({ rig }) => {
    await rig.buses.close();
    await rig.stop?.();
  });

  test('i2c: write and read in one transfer, most significant byte first', async ({ rig }) => {
    const i2c = rig.buses.i2c('i2c1');
    assert.equal([...(await i2c.transfer(0x48, Uint8Array.of(0x0f), 2))], [0x01, 0x17]);
    await i2c.transfer(0x48, Uint8Array.of(0x01, 0x00, 0xa0), 0);
    const config = await i2c.transfer(0x48, Uint8Array.of(0x01), 2);
    assert.is(((config[0]! << 8) | config[1]!) & 0x0fe0, 0x00a0);
  });

  test('i2c: an absent device is BUS_ABSENT, at once, and disturbs nobody', async ({ rig }) => {
    const i2c = rig.buses.i2c('i2c1');
    const startedMs = loopMs();
    await fails(i2c.transfer(0x77, Uint8Array.of(0), 2), ['BUS_ABSENT']);
    assert.ok(loopMs() - startedMs < 150);
    assert.equal([...(await i2c.transfer(0x49, Uint8Array.of(0x0f), 2))], [0x01, 0x17]);
  });

  test('i2c: transfers asked for together each get their own answer', async ({ rig }) => {
    const i2c = rig.buses.i2c('i2c1');
    const pairs = Array.from({ length: 20 }, (_, i) => (i % 2 ? ([0x48, 0x0f] as const) : ([0x18, 0x06] as const)));
    const answers = await Promise.all(pairs.map(([address, reg]) => i2c.transfer(address, Uint8Array.of(reg), 2)));
    for (const [i, answer] of answers.entries()) assert.equal([...answer], i % 2 ? [0x01, 0x17] : [0x00, 0x54]);
  });

  test('gpio: an output starts at its initial level and reads back what was written', async ({ rig }) => {
    const output = await rig.buses.gpio('gpio0').output(17, 0);
    assert.is(await output.read(), 0);
    await output.write(1);
    assert.is(await output.read(), 1);
    await output.write(0);
    assert.is(await output.read(), 0);
  });

  test('gpio: an input has its level from the start, and each edge is told with time and number', async ({ rig }) => {
    const input = await rig.buses.gpio('gpio0').input(16, { bias: 'pull-down', edges: true });
    const edges: GpioEdge[] = [];
    input.onEdge((edge) => edges.push(edge));
    assert.is(input.read(), 1);
    for (const closed of [false, true, false]) {
      await rig.setContact(closed);
      await until('an edge', 1000, () => edges.at(-1)?.level === (closed ? 1 : 0));
    }
    assert.equal(
      edges.map((edge) => edge.level),
      [0, 1, 0],
    );
    assert.is(input.read(), 0);
    for (let i = 1; i < edges.length; i++) {
      assert.is(edges[i]!.sequence, edges[i - 1]!.sequence + 1);
      assert.ok(edges[i]!.atNs >= edges[i - 1]!.atNs);
    }
  });

  test('modbus: reads as many registers as asked for, in both tables', async ({ rig }) => {
    assert.is((await again(() => rig.buses.modbus('drive').readHolding(1, 3201, 11))).length, 11);
    assert.is((await again(() => rig.buses.modbus('meter').readInput(11, 0x34, 2))).length, 2);
  });

  test('modbus: a written register reads back', async ({ rig }) => {
    const drive = rig.buses.modbus('drive');
    await again(() => drive.writeHolding(1, 8502, [321]));
    assert.equal([...(await again(() => drive.readHolding(1, 8502, 1)))], [321]);
    await again(() => drive.writeHolding(1, 8502, [0]));
  });

  test('modbus: requests asked for together each get their own answer', async ({ rig }) => {
    const meter = rig.buses.modbus('meter');
    const lengths = [2, 2, 2, 2, 2, 2];
    const answers = await Promise.all(lengths.map((n, i) => again(() => meter.readInput(11 + (i % 2), 0x34, n))));
    assert.equal(
      answers.map((a) => a.length),
      lengths,
    );
  });

  test('modbus: a unit that is not there fails in time with a code, and its neighbours go on', async ({ rig }) => {
    const meter = rig.buses.modbus('meter');
    const startedMs = loopMs();
    await fails(meter.readInput(77, 0x34, 2), ['BUS_TIMEOUT', 'BUS_ABSENT']);
    assert.ok(loopMs() - startedMs < 400);
    assert.is((await again(() => meter.readInput(12, 0x34, 2))).length, 2);
  });

  test('command: standard output, and a code for what the tool refuses', async ({ rig }) => {
    const gpu = rig.buses.command('gpu');
    assert.match(await gpu.run(QUERY), /^\d+\.\d+, \d+\.\d+, \d+/);
    await fails(gpu.run(['--no-such-option']), ['BUS_NOISE']);
    assert.match(await gpu.run(QUERY), /^\d/);
  });

  test('closed: every call fails with BUS_CLOSED', async ({ rig }) => {
    await rig.buses.close();
    await fails(rig.buses.i2c('i2c1').transfer(0x48, Uint8Array.of(0), 2), ['BUS_CLOSED']);
    await fails(rig.buses.modbus('drive').readHolding(1, 3201, 1), ['BUS_CLOSED']);
    await fails(rig.buses.command('gpu').run(QUERY), ['BUS_CLOSED']);
  });

  test.run();
}

async function fails(work: Promise<unknown>, codes: string[]): Promise<void> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, HeatmineError);
    const { code, message } = error as HeatmineError;
    assert.ok(codes.includes(code), `${code} (${message}) is not ${codes.join(' or ')}`);
    return;
  }
  assert.unreachable(`must fail with ${codes.join(' or ')}`);
}

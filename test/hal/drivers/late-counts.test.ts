import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { mix38 } from '../../../src/hal/drivers/mix38.ts';
import { createPulseRate, TIMING_SHARE, WINDOW_MS } from '../../../src/hal/drivers/pulse-count.ts';
import { pulseFlow } from '../../../src/hal/drivers/pulse-flow.ts';
import type { BusBackend, GpioEdge } from '../../../src/hal/types.ts';

/** Drivers that count, on an event loop that is late: what they say stays true. The clock is ours, and so is the lateness. */
const PULSES_PER_LITRE = 75;
/** One pulse more or less in the window, in litres a minute. */
const ONE_PULSE_LPM = 60_000 / WINDOW_MS / PULSES_PER_LITRE;

/** A MIX38 whose counter turns with `flowLpm`; each request takes as long as `delayMs` says, there and back. */
async function moduleOn(flowLpm: (ms: number) => number, delayMs: () => number, startPulses = 0) {
  const clock = { ms: 10_000 };
  let pulses = startPulses;
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 1) {
      pulses += (flowLpm(clock.ms) * PULSES_PER_LITRE * Math.min(left, 1)) / 60_000;
      clock.ms += Math.min(left, 1);
    }
  };
  const answered = async (words: () => Uint16Array) => {
    pass(delayMs());
    const taken = words();
    pass(delayMs());
    return taken;
  };
  const count = () => [Math.floor(pulses) & 0xffff, (Math.floor(pulses) >>> 16) & 0xffff];
  const bus = {
    readInput: () => answered(() => Uint16Array.of(1)),
    readHolding: () => answered(() => Uint16Array.from({ length: 24 }, (_, i) => count()[i % 2]!)),
  };
  const flows = { flowLpm: { input: 5, pulsesPerLitre: PULSES_PER_LITRE } };
  const params = mix38.params.parse({ bus: 'io', unit: 1, flows });
  const buses = { modbus: () => bus } as unknown as BusBackend;
  const device = await mix38.open(params, { buses, monoMs: () => clock.ms });
  return { clock, pass, poll: async () => (await device.poll!()).flowLpm };
}

test('MIX38: a line at rest gives the flow of every poll once its window is full', async () => {
  const module = await moduleOn(
    () => 20,
    () => 15,
  );
  const values: (number | undefined)[] = [];
  for (let n = 0; n < 40; n++) {
    values.push((await module.poll())?.value);
    module.pass(140);
  }
  const first = values.findIndex((v) => v !== undefined);
  assert.ok(first >= 7 && first <= 9, `${first}`);
  for (const value of values.slice(first)) assert.ok(Math.abs(value! - 20) <= ONE_PULSE_LPM, `${values}`);
});

test('MIX38: half of the answers late by up to 400 ms on either way, seeds 1 to 60: never further off than it says', async () => {
  let told = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed);
    const flowLpm = 5 + 30 * random();
    const module = await moduleOn(
      () => flowLpm,
      () => (random() < 0.25 ? 400 * random() : 4 + 16 * random()),
      random() < 0.3 ? 0xffff_ffff - 20 : 0,
    );
    for (let n = 0; n < 60; n++) {
      const startMs = module.clock.ms;
      const sample = await module.poll();
      module.pass(100);
      if (!sample) continue;
      told += 1;
      assert.ok(sample.atMs >= startMs && sample.atMs < module.clock.ms);
      const off = Math.abs(sample.value - flowLpm);
      assert.ok(off <= TIMING_SHARE * flowLpm + ONE_PULSE_LPM + 1e-6, `seed ${seed}: ${sample.value}, true ${flowLpm}`);
    }
  }
  assert.ok(told > 60 * 15, `only ${told} figures`);
});

test('MIX38: a flow that ends is told within the window, and two windows on a late line', async () => {
  for (const [delay, limitMs] of [
    [10, WINDOW_MS + 300],
    [60, 2 * WINDOW_MS + 300],
  ] as const) {
    let flowLpm = 20;
    const module = await moduleOn(
      () => flowLpm,
      () => delay,
    );
    for (let n = 0; n < 30; n++) {
      await module.poll();
      module.pass(100);
    }
    flowLpm = 0;
    const endedMs = module.clock.ms;
    while ((await module.poll())?.value !== 0) {
      module.pass(100);
      assert.ok(module.clock.ms - endedMs < limitMs, `${delay} ms each way: ${module.clock.ms - endedMs} ms`);
    }
  }
});

test('a counter that starts anew, or is not heard for long, makes no figure out of the gap', () => {
  const rate = createPulseRate();
  const at = (ms: number, pulses: number) => rate.add({ pulses, askedMs: ms, heardMs: ms });
  assert.is(at(0, 1000), undefined);
  assert.is(at(1500, 1075), 3000);
  assert.is(at(1700, 3), undefined, 'started anew');
  assert.is(at(3200, 78), 3000);
  assert.is(at(9000, 100), undefined, 'a gap of six seconds');
  assert.is(at(10_500, 125), 1000);
});

/** A pulse meter on a line whose edges are handed over by the test. */
async function pulsesOn() {
  const clock = { ms: 0 };
  let tell: (edge: GpioEdge) => void = () => undefined;
  const line = {
    read: () => 0,
    onEdge(listener: typeof tell) {
      tell = listener;
    },
  };
  const buses = { gpio: () => ({ input: async () => line }) } as unknown as BusBackend;
  const params = pulseFlow.params.parse({ bus: 'gpio0', line: 5, pulsesPerLitre: 300 });
  const device = await pulseFlow.open(params, { buses, monoMs: () => clock.ms });
  const edge = (sequence: number) => tell({ level: 0, atNs: BigInt(sequence) * 5_000_000n, sequence });
  return { clock, edge, poll: async () => (await device.poll!()).flowLpm!.value };
}

test('pulse meter: a loop that was blocked for two seconds has not lost the flow', async () => {
  const { clock, edge, poll } = await pulsesOn();
  // 200 edges a second are 20 L/min.
  for (let n = 1; n <= 600; n++) {
    clock.ms = n * 5;
    edge(n);
  }
  assert.ok(Math.abs((await poll()) - 20) < 0.2);
  clock.ms = 5000;
  // What the kernel kept meanwhile is heard in the next turns, in portions.
  setImmediate(() => {
    for (let n = 601; n <= 664; n++) edge(n);
    setImmediate(() => {
      for (let n = 665; n <= 728; n++) edge(n);
    });
  });
  const blocked = await poll();
  assert.ok(Math.abs(blocked - 20) < 0.2, `${blocked} L/min`);
  clock.ms = 6001;
  assert.is(await poll(), 0, 'and a flow that has ended is 0');
});

test.run();

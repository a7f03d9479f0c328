import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hammer, type Tally } from '../../src/app/bench/modbus/hammer.ts';
import {
  type ModbusPeer,
  type PeerFaults,
  peerMissing,
  type RegisterMap,
  startPeer,
} from '../../src/app/bench/modbus/peer.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import { type ModbusLine, openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { DRIVERS } from '../../src/hal/drivers/index.ts';
import { wiringOf } from '../../src/hal/drivers/params.ts';
import type { BusBackend } from '../../src/hal/types.ts';
import { again, loopMs } from './patience.ts';

/** Our Modbus line and drivers against Debian's python3-pymodbus, a slave that we did not write. */
const monoMs = () => performance.now();

async function withPeer(
  kind: 'rtu' | 'tcp',
  options: Parameters<typeof startPeer>[1],
  body: (line: ModbusLine, peer: ModbusPeer) => Promise<void>,
): Promise<Record<string, number>> {
  const peer = await startPeer(kind, options);
  const line = openModbusLine(peer.transport, { bus: kind, monoMs });
  try {
    await body(line, peer);
  } finally {
    await line.close();
  }
  return peer.stop();
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    assert.instance(error, HeatmineError);
    return (error as HeatmineError).code;
  }
}

/** Shares of bad answers. A TCP frame has no checksum of its own: what cannot be told there is not tried. */
const FAULTS: Record<'rtu' | 'tcp', PeerFaults> = {
  rtu: {
    slow: 0.005,
    late: 0.004,
    silent: 0.002,
    short: 0.002,
    crc: 0.003,
    swapped: 0.003,
    garbage: 0.003,
    unit: 0.003,
  },
  tcp: { slow: 0.005, late: 0.004, silent: 0.003, short: 0.003 },
};

/** The registers of each Modbus driver as its source prints them, by word, and what must be read from them. */
const at = (from: number, words: number[]) => Object.fromEntries(words.map((word, i) => [from + i, word]));
const MAPS: Record<string, { registers: RegisterMap[number]; reads: Record<string, number> }> = {
  sdm630: { registers: { input: at(0x34, [0xc4bb, 0x8000]) }, reads: { powerW: -1500 } },
  atv320: {
    registers: { holding: { ...at(3201, [0x0237, 653, 0, 0, 0, 0, 0, 0, 0, 0, 72]), ...at(8501, [0, 0]) } },
    reads: { speedHz: 65.3, powerW: 2880 },
  },
  'optidrive-eco': {
    registers: { holding: { ...at(0, [0, 0]), ...at(5, [0x0041, 123, 105, 474, 1100]) } },
    reads: { speedHz: 12.3, powerW: 11_000 },
  },
  tuf2000m: {
    registers: { holding: { ...at(0, [0, 0x3f80, 0, 0x4000]), ...at(32, [0x806b, 0x4212, 0, 0x41f0]) } },
    reads: { flowLpm: 16.6667, powerW: 555_555.6, supplyC: 36.6255, returnC: 30 },
  },
  mag11: {
    registers: { holding: at(0x400, [0xc148, 0, 0x42b4, 0, 0x428c, 0, 0x41a0, 0, 0x4120, 0]) },
    reads: { flowLpm: -208.333, powerW: 10_000, supplyC: 90, returnC: 70 },
  },
  mix38: {
    registers: {
      input: {
        ...at(1, [61]),
        ...at(15, [0b0100]),
        ...at(71, [250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff9c]),
      },
      holding: { ...at(17, [0]), ...at(22, new Array(24).fill(0)), ...at(125, [0]) },
    },
    reads: { a0: 25, a1: -10, closed: 1 },
  },
  sunspec: {
    // A map that begins at 0, with a common model of 65 registers.
    registers: {
      holding: { ...at(0, [0x5375, 0x6e53, 1, 65]), ...at(69, [103, 50]), ...at(83, [412, 1]) },
    },
    reads: { powerW: 4120 },
  },
};

const missing = peerMissing();
if (missing) process.stdout.write(`SKIP pymodbus: ${missing}\n`);
else {
  for (const kind of ['rtu', 'tcp'] as const) {
    test(`${kind}: reads, writes, reads back, and an address that does not exist is VALUE_RANGE`, async () => {
      const registers = { 4: { holding: { 100: 1, 101: 2, 102: 3 }, input: { 100: 7 } } };
      await withPeer(kind, { registers }, async (line) => {
        assert.equal([...(await again(() => line.readHolding(4, 100, 3)))], [1, 2, 3]);
        assert.equal([...(await again(() => line.readInput(4, 100, 1)))], [7]);
        await again(() => line.writeHolding(4, 101, [0xffff]));
        await again(() => line.writeHolding(4, 200, [10, 20, 30]));
        assert.equal([...(await again(() => line.readHolding(4, 100, 3)))], [1, 0xffff, 3]);
        assert.equal([...(await again(() => line.readHolding(4, 200, 3)))], [10, 20, 30]);
        assert.is((await again(() => line.readHolding(4, 1000, 125))).length, 125);
        assert.is(await codeOf(again(() => line.readHolding(4, 60_000, 1))), 'VALUE_RANGE');
        const together = await Promise.all([1, 2, 3, 4, 5].map((n) => again(() => line.readHolding(n, 100, n))));
        assert.equal(
          together.map((words) => words.length),
          [1, 2, 3, 4, 5],
        );
      });
    });

    test(`${kind}: a unit that is not there times out within 300 ms and costs its neighbours one turn`, async () => {
      await withPeer(kind, {}, async (line) => {
        await again(() => line.readHolding(1, 100, 1));
        const fromMs = loopMs();
        const absent = codeOf(line.readHolding(99, 100, 1));
        const neighbour = again(() => line.readHolding(2, 100, 1));
        assert.is(await absent, 'BUS_TIMEOUT');
        assert.ok(loopMs() - fromMs < 300, `${loopMs() - fromMs} ms`);
        assert.is((await neighbour).length, 1);
        // It rests: asked again at once it is refused without a wait on the line.
        const askedMs = loopMs();
        assert.is(await codeOf(line.readHolding(99, 100, 1)), 'BUS_TIMEOUT');
        assert.ok(loopMs() - askedMs < 50);
      });
    });
  }

  for (const kind of ['rtu', 'tcp'] as const) {
    for (const driver of DRIVERS.filter((d) => wiringOf(d.params.parse(d.example)).kind === 'modbus')) {
      test(`${kind}: the register map of ${driver.name} on pymodbus`, async () => {
        const map = MAPS[driver.name];
        assert.ok(map, `add ${driver.name} to MAPS`);
        const params = driver.params.parse(driver.example) as { unit: number };
        await withPeer(kind, { registers: { [params.unit]: map.registers } }, async (line) => {
          const buses = { modbus: () => line } as unknown as BusBackend;
          const device = await driver.open(params, { buses, monoMs });
          const samples = await again(() => device.poll!());
          for (const [channel, value] of Object.entries(map.reads)) {
            const off = Math.abs(samples[channel]!.value - value);
            assert.ok(off <= Math.abs(value) * 1e-4, `${channel}: ${samples[channel]!.value}, not ${value}`);
          }
          for (const { name } of driver.channels(params).filter((c) => c.direction === 'out')) {
            const value = name === 'state' ? 1 : 42.5;
            assert.is(await again(() => device.write!(name, value)), value);
            assert.is(await again(() => device.write!(name, 0)), 0);
          }
        });
      });
    }
  }

  for (const fault of ['silent', 'garbage', 'crc', 'swapped', 'short', 'unit', 'late'] as const) {
    test(`rtu: a slave that is always ${fault} never gives a value`, async () => {
      const counts = await withPeer('rtu', { faults: { [fault]: 1 } }, async (line) => {
        for (let i = 0; i < 3; i++) {
          const code = await codeOf(line.readHolding(1, 100 + i, 2));
          assert.ok(['BUS_TIMEOUT', 'BUS_NOISE'].includes(code), code);
        }
      });
      assert.ok((counts[fault] ?? 0) >= 1, JSON.stringify(counts));
    });
  }

  test('10,000 transactions on eight lines with faults mixed in: not one wrong value', async () => {
    const lines = [1, 2, 3, 4, 5, 6, 7, 8].map(async (seed): Promise<[Tally, Record<string, number>]> => {
      const kind = seed === 8 ? 'tcp' : 'rtu';
      let tally: Tally | undefined;
      const counts = await withPeer(kind, { faults: FAULTS[kind], seed }, async (line) => {
        tally = await hammer((...args) => line.readHolding(...args), 1250, seededRandom(seed));
      });
      return [tally!, counts];
    });
    const all = await Promise.all(lines);
    const sum = (of: (entry: [Tally, Record<string, number>]) => number) => all.reduce((n, entry) => n + of(entry), 0);
    assert.equal(all.map(([tally]) => tally.firstWrong).filter(Boolean), []);
    assert.is(
      sum(([tally]) => tally.wrong),
      0,
    );
    assert.is(
      sum(([tally]) => tally.good),
      10_000,
    );
    // Most misses mend themselves behind the caller's back; what the peer did wrong is the proof that there were some.
    const bad = sum(([, counts]) => Object.entries(counts).reduce((n, [k, v]) => (k === 'answered' ? n : n + v), 0));
    assert.ok(bad >= 100, `only ${bad} bad answers`);
    for (const kind of ['late', 'silent', 'crc', 'swapped', 'garbage', 'unit', 'short']) {
      assert.ok(sum(([, counts]) => counts[kind] ?? 0) >= 3, `${kind}: too few to prove anything`);
    }
  });
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hammer, type Tally } from '../../src/app/bench/modbus/hammer.ts';
import { type ModbusPeer, type PeerFaults, peerMissing, startPeer } from '../../src/app/bench/modbus/peer.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import { type ModbusLine, openModbusLine } from '../../src/hal/buses/modbus-line.ts';

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

const missing = peerMissing();
if (missing) process.stdout.write(`SKIP pymodbus: ${missing}\n`);
else {
  for (const kind of ['rtu', 'tcp'] as const) {
    test(`${kind}: reads, writes, reads back, and an address that does not exist is VALUE_RANGE`, async () => {
      const registers = { 4: { holding: { 100: 1, 101: 2, 102: 3 }, input: { 100: 7 } } };
      await withPeer(kind, { registers }, async (line) => {
        assert.equal([...(await line.readHolding(4, 100, 3))], [1, 2, 3]);
        assert.equal([...(await line.readInput(4, 100, 1))], [7]);
        await line.writeHolding(4, 101, [0xffff]);
        await line.writeHolding(4, 200, [10, 20, 30]);
        assert.equal([...(await line.readHolding(4, 100, 3))], [1, 0xffff, 3]);
        assert.equal([...(await line.readHolding(4, 200, 3))], [10, 20, 30]);
        assert.is((await line.readHolding(4, 1000, 125)).length, 125);
        assert.is(await codeOf(line.readHolding(4, 60_000, 1)), 'VALUE_RANGE');
        const together = await Promise.all([1, 2, 3, 4, 5].map((n) => line.readHolding(n, 100, n)));
        assert.equal(
          together.map((words) => words.length),
          [1, 2, 3, 4, 5],
        );
      });
    });

    test(`${kind}: a unit that is not there times out within 300 ms and costs its neighbours one turn`, async () => {
      await withPeer(kind, {}, async (line) => {
        await line.readHolding(1, 100, 1);
        const fromMs = monoMs();
        const absent = codeOf(line.readHolding(99, 100, 1));
        const neighbour = line.readHolding(2, 100, 1);
        assert.is(await absent, 'BUS_TIMEOUT');
        assert.ok(monoMs() - fromMs < 300, `${monoMs() - fromMs} ms`);
        assert.is((await neighbour).length, 1);
        // It rests: asked again at once it is refused without a wait on the line.
        const againMs = monoMs();
        assert.is(await codeOf(line.readHolding(99, 100, 1)), 'BUS_TIMEOUT');
        assert.ok(monoMs() - againMs < 50);
      });
    });
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

  test('10,000 transactions on five lines with faults mixed in: not one wrong value', async () => {
    const lines = [1, 2, 3, 4, 5].map(async (seed): Promise<[Tally, Record<string, number>]> => {
      const kind = seed === 5 ? 'tcp' : 'rtu';
      let tally: Tally | undefined;
      const counts = await withPeer(kind, { faults: FAULTS[kind], seed }, async (line) => {
        tally = await hammer((...args) => line.readHolding(...args), 2000, seededRandom(seed));
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

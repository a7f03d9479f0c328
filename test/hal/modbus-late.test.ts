import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import { lineOver, openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { codeOf, monoMs } from './linux-slot.ts';
import { overTcp } from './modbus-library.ts';
import { loopMs } from './patience.ts';
import { type Behaviour, type RtuSlave, rtuSlave } from './rtu-slave.ts';

/** RTU carries no transaction number: what a late answer does to the library alone, and never to our line. */
const options = { bus: 'meter', monoMs };

test('RTU: a port that does not exist says so', async () => {
  const line = openModbusLine({ kind: 'rtu', path: '/dev/ttyNOWHERE', baud: 9600, parity: 'none' }, options);
  assert.is(await codeOf(line.readInput(1, 1, 1)), 'BUS_CLOSED');
  await line.close();
});

test('the hazard is real: the library alone takes a late RTU answer for the next one', async () => {
  const slave = await rtuSlave();
  let first = true;
  slave.behave(() => {
    const afterMs = first ? 300 : 0;
    first = false;
    return { kind: 'answer', afterMs };
  });
  const client = await overTcp(slave.port);
  client.setID(1);
  await client.readInputRegisters(0, 1).catch(() => undefined);
  const { data } = await client.readInputRegisters(0, 1);
  assert.equal(data, [1], 'if this fails the library has mended it');
  await new Promise<void>((done) => client.close(() => done()));
  await slave.close();
});

const KINDS: Behaviour['kind'][] = [
  'answer',
  'answer',
  'answer',
  'answer',
  'exception',
  'exception',
  'silent',
  'garbage',
  'half',
];

/** Random requests to slaves that are late, silent or noisy; every answer taken must belong to its own request. */
async function hammer(seed: number): Promise<{ good: number; bad: number }> {
  const random = seededRandom(seed);
  const slave: RtuSlave = await rtuSlave();
  const line = lineOver(() => overTcp(slave.port), true, options);
  slave.behave(() => {
    const kind = KINDS[Math.floor(random() * KINDS.length)]!;
    const late = (kind === 'answer' || kind === 'exception') && random() < 0.3;
    return { kind, afterMs: late ? 150 + random() * 700 : random() * 20 };
  });
  const count = { good: 0, bad: 0 };
  const endMs = monoMs() + 6000;
  while (monoMs() < endMs) {
    const before = slave.received();
    const unit = 1 + Math.floor(random() * 2);
    try {
      const [id = 0] = await line.readInput(unit, 52, 2);
      assert.ok(id > before, `seed ${seed}: request after ${before} got the answer of request ${id}`);
      count.good += 1;
    } catch (error) {
      if (!(error instanceof HeatmineError)) throw error;
      count.bad += 1;
      await sleep(30);
    }
  }
  await line.close();
  await slave.close();
  return count;
}

test('RTU: a late answer never becomes the next one, seeds 1 to 12', async () => {
  const counts = await Promise.all(Array.from({ length: 12 }, (_, i) => hammer(i + 1)));
  const good = counts.reduce((n, c) => n + c.good, 0);
  const bad = counts.reduce((n, c) => n + c.bad, 0);
  assert.ok(good > 50 && bad > 50, `good ${good}, bad ${bad}: the run must see both`);
});

test('RTU: a late exception does not pass for the answer of the probe, and so shift all that follow', async () => {
  const slave = await rtuSlave();
  const line = lineOver(() => overTcp(slave.port), true, options);
  // One exception comes late; the slave takes its time for all that follows, so that a shift would go on for ever.
  let n = 0;
  slave.behave(() => (++n === 1 ? { kind: 'exception', afterMs: 350 } : { kind: 'answer', afterMs: 110 }));
  try {
    assert.is(await codeOf(line.readInput(1, 52, 2)), 'BUS_TIMEOUT');
    const startedMs = loopMs();
    for (let good = 0; good < 6; ) {
      const before = slave.received();
      const words = await line.readInput(1, 52, 1).catch(() => undefined);
      if (words) {
        assert.ok(words[0]! > before, `request ${before + 1} got the answer of ${words[0]}`);
        good += 1;
      } else {
        assert.ok(loopMs() - startedMs < 8000, `only ${good} values in 8 s`);
        await sleep(20);
      }
    }
  } finally {
    await line.close();
    await slave.close();
  }
});

test('RTU: a slave that is 400 ms late for a while is served again afterwards', async () => {
  const slave = await rtuSlave();
  const line = lineOver(() => overTcp(slave.port), true, options);
  let afterMs = 400;
  slave.behave(() => ({ kind: 'answer', afterMs }));
  for (let i = 0; i < 3; i++) {
    assert.is.not(await codeOf(line.readInput(1, 52, 2)), 'ok');
    await sleep(150);
  }
  afterMs = 0;
  const startedMs = loopMs();
  while ((await codeOf(line.readInput(1, 52, 2))) !== 'ok') {
    assert.ok(loopMs() - startedMs < 3000);
    await sleep(20);
  }
  await line.close();
  await slave.close();
});

test.run();

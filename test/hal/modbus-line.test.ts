import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import modbusSerial from 'modbus-serial';
import type { ModbusRTU } from 'modbus-serial/ModbusRTU.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import { lineOver, type ModbusLine, openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { type Behaviour, type RtuSlave, rtuSlave } from './rtu-slave.ts';

const Library = modbusSerial as unknown as { new (): ModbusRTU; ServerTCP: typeof import('modbus-serial').ServerTCP };
const monoMs = () => performance.now();
const options = { bus: 'meter', monoMs };

/** Raw RTU frames over TCP: what the library calls Telnet. */
async function overTcp(port: number): Promise<ModbusRTU> {
  const client = new Library();
  client.setTimeout(200);
  await client.connectTelnet('127.0.0.1', { port });
  return client;
}

/** modbus-serial's own TCP server; register values are 1000 + address, unit 7 answers after `lateMs`. */
async function tcpServer(lateMs: () => number) {
  const held = new Map<number, number>();
  const value = async (address: number, unit: number) => {
    if (unit === 7) await sleep(lateMs());
    return held.get(address) ?? 1000 + address;
  };
  const server = new Library.ServerTCP(
    {
      getInputRegister: value,
      getHoldingRegister: value,
      setRegister: async (address: number, word: number) => void held.set(address, word),
    },
    { host: '127.0.0.1', port: 0, unitID: 255 },
  );
  const port = await new Promise<number>((done) => {
    server.on('initialized', () => {
      const { _server } = server as unknown as { _server: { address(): { port: number } } };
      done(_server.address().port);
    });
  });
  return { port, close: () => new Promise<void>((done) => server.close(() => done())) };
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

async function withLine(port: number, body: (line: ModbusLine) => Promise<void>): Promise<void> {
  const line = openModbusLine({ kind: 'tcp', host: '127.0.0.1', port }, options);
  try {
    await body(line);
  } finally {
    await line.close();
  }
}

test('TCP: reads, writes and reads back; requests asked for together keep their order', async () => {
  const server = await tcpServer(() => 0);
  await withLine(server.port, async (line) => {
    assert.equal([...(await line.readInput(11, 52, 2))], [1052, 1053]);
    await line.writeHolding(1, 8502, [425]);
    await line.writeHolding(1, 10, [1, 2, 3]);
    assert.equal([...(await line.readHolding(1, 10, 3))], [1, 2, 3]);
    const answers = await Promise.all([5, 4, 3, 2, 1].map((n) => line.readHolding(1, n * 100, n)));
    assert.equal(
      answers.map((a) => [a.length, a[0]]),
      [5, 4, 3, 2, 1].map((n) => [n, 1000 + n * 100]),
    );
  });
  await server.close();
});

test('TCP: a late answer is BUS_TIMEOUT after 200 ms, its neighbour goes on, and it never turns up again', async () => {
  let lateMs = 300;
  const server = await tcpServer(() => lateMs);
  await withLine(server.port, async (line) => {
    const startedMs = monoMs();
    assert.is(await codeOf(line.readInput(7, 1, 1)), 'BUS_TIMEOUT');
    assert.ok(monoMs() - startedMs < 300);
    for (let i = 0; i < 20; i++) {
      assert.equal([...(await line.readInput(11, 500 + i, 1))], [1500 + i]);
      await sleep(20);
    }
    lateMs = 0;
    assert.equal([...(await line.readInput(7, 2, 1))], [1002]);
  });
  await server.close();
});

test('TCP: nobody there is BUS_CLOSED, and found again when there is', async () => {
  const first = await tcpServer(() => 0);
  await first.close();
  await withLine(first.port, async (line) => {
    assert.is(await codeOf(line.readInput(11, 1, 1)), 'BUS_CLOSED');
    assert.is(await codeOf(line.readInput(11, 1, 1)), 'BUS_CLOSED');
  });
});

test('TCP: a server that takes the connection and sends rubbish, or nothing, or hangs up', async () => {
  let reply: Buffer | 'close' | undefined = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      if (reply === 'close') socket.destroy();
      else if (reply) socket.write(reply);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await withLine(typeof address === 'object' && address ? address.port : 0, async (line) => {
    assert.is(await codeOf(line.readInput(1, 1, 1)), 'BUS_TIMEOUT');
    reply = undefined;
    assert.is(await codeOf(line.readInput(2, 1, 1)), 'BUS_TIMEOUT');
    reply = 'close';
    const code = await codeOf(line.readInput(3, 1, 1));
    assert.ok(['BUS_TIMEOUT', 'BUS_CLOSED'].includes(code), code);
    // Right transaction, wrong length: three registers where one was asked for.
    reply = Buffer.from([0, 1, 0, 0, 0, 9, 4, 4, 6, 0, 1, 0, 2, 0, 3]);
    assert.is(await codeOf(line.readInput(4, 1, 1)), 'BUS_NOISE');
  });
  await new Promise((done) => server.close(done));
});

test('closed: BUS_CLOSED', async () => {
  const line = openModbusLine({ kind: 'tcp', host: '127.0.0.1', port: 1 }, options);
  await line.close();
  assert.is(await codeOf(line.readInput(1, 1, 1)), 'BUS_CLOSED');
});

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
    const startedMs = monoMs();
    for (let good = 0; good < 6; ) {
      const before = slave.received();
      const words = await line.readInput(1, 52, 1).catch(() => undefined);
      if (words) {
        assert.ok(words[0]! > before, `request ${before + 1} got the answer of ${words[0]}`);
        good += 1;
      } else {
        assert.ok(monoMs() - startedMs < 8000, `only ${good} values in 8 s`);
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
  const startedMs = monoMs();
  while ((await codeOf(line.readInput(1, 52, 2))) !== 'ok') {
    assert.ok(monoMs() - startedMs < 3000);
    await sleep(20);
  }
  await line.close();
  await slave.close();
});

test.run();

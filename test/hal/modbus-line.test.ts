import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ModbusLine, openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { codeOf } from './linux-slot.ts';
import { Library } from './modbus-library.ts';
import { again, loopMs } from './patience.ts';

/** The Modbus line on TCP, against the library's own server and against peers that are none. */
const options = { bus: 'meter', monoMs: () => performance.now() };

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
    // As text: the library takes the number 0 for its default.
    { host: '127.0.0.1', port: '0' as unknown as number, unitID: 255 },
  );
  const port = await new Promise<number>((done) => {
    server.on('initialized', () => {
      const { _server } = server as unknown as { _server: { address(): { port: number } } };
      done(_server.address().port);
    });
  });
  return { port, close: () => new Promise<void>((done) => server.close(() => done())) };
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
    const startedMs = loopMs();
    assert.is(await codeOf(line.readInput(7, 1, 1)), 'BUS_TIMEOUT');
    assert.ok(loopMs() - startedMs < 300);
    for (let i = 0; i < 20; i++) {
      assert.equal([...(await again(() => line.readInput(11, 500 + i, 1)))], [1500 + i]);
      await sleep(20);
    }
    lateMs = 0;
    assert.equal([...(await again(() => line.readInput(7, 2, 1)))], [1002]);
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

test.run();

import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Behaviour = { kind: 'answer' | 'exception' | 'silent' | 'garbage' | 'half'; afterMs: number };

/**
 * A serial line with slaves on it, carried by TCP: RTU frames, no transaction numbers, and what is sent late reaches
 * whoever listens then, over a reconnect too. Register values are the number of the request that they answer.
 */
export interface RtuSlave {
  port: number;
  /** Requests received so far. */
  received(): number;
  behave(next: (unit: number) => Behaviour): void;
  close(): Promise<void>;
}

export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

function framed(body: Uint8Array): Buffer {
  const frame = Buffer.alloc(body.length + 2);
  frame.set(body);
  frame.writeUInt16LE(crc16(body), body.length);
  return frame;
}

export async function rtuSlave(): Promise<RtuSlave> {
  let listener: Socket | undefined;
  let received = 0;
  let behaviour: (unit: number) => Behaviour = () => ({ kind: 'answer', afterMs: 0 });
  // A slave answers in order, one request after the other.
  const turns = new Map<number, Promise<void>>();

  async function serve(request: Buffer, id: number): Promise<void> {
    const [unit = 0, code = 0] = request;
    const { kind, afterMs } = behaviour(unit);
    await sleep(afterMs);
    if (kind === 'silent') return;
    if (kind === 'garbage')
      return void listener?.write(Buffer.from([unit, code, 0x13, 0x37, 0x00, 0xff, 0x42, 0x42, 0x42]));
    if (kind === 'exception') return void listener?.write(framed(Buffer.from([unit, code | 0x80, 2])));
    if (code === 6) return void listener?.write(request);
    const count = request.readUInt16BE(4);
    const body = Buffer.alloc(3 + 2 * count);
    body.set([unit, code, 2 * count]);
    for (let i = 0; i < count; i++) body.writeUInt16BE(id & 0xffff, 3 + 2 * i);
    const frame = framed(body);
    listener?.write(kind === 'half' ? frame.subarray(0, 4) : frame);
  }

  const server = createServer((socket) => {
    listener = socket;
    let buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      for (; buffer.length >= 8; buffer = buffer.subarray(8)) {
        const request = Buffer.from(buffer.subarray(0, 8));
        const id = ++received;
        const unit = request[0]!;
        turns.set(
          unit,
          (turns.get(unit) ?? Promise.resolve()).then(() => serve(request, id)),
        );
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    received: () => received,
    behave(next) {
      behaviour = next;
    },
    async close() {
      listener?.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

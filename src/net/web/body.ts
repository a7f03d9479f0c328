import type { IncomingMessage } from 'node:http';
import { type ErrorCode, HeatmineError } from '../../core/errors.ts';

/** Why a body was not taken. */
export class BodyRefused extends HeatmineError {
  readonly status: number;
  constructor(status: number, message: string, code: ErrorCode = 'MESSAGE_INVALID') {
    super(code, message);
    this.status = status;
  }
}

/** A body has `graceMs`, and longer by what has come of it at the slowest pace that is waited for. */
export interface Pace {
  graceMs: number;
  slowestBytesPerS: number;
}
const PACE: Pace = { graceMs: 10_000, slowestBytesPerS: 32_768 };

/** So much of a body that is refused is heard out: whoever is cut off while sending never reads why. */
const MOST_DISCARDED_BYTES = 16 * 1_048_576;

interface Place {
  grow(bytes: number): void;
  /** May be called more than once. */
  leave(): void;
}

/** Memory for bodies of which a part has come, and how many that are is not asked: half a question of a few bytes costs a few bytes. */
export interface BodyRoom {
  /** `giveWay` leaves at once: called when all together are too large. */
  enter(address: string, giveWay: () => void): Place;
}

export function bodyRoom(limitBytes: number): BodyRoom {
  interface Sender {
    address: string;
    bytes: number;
    giveWay(): void;
  }
  /** Oldest first. */
  const senders = new Set<Sender>();
  let total = 0;
  /** Of the address that holds most, who began first: what is sent in one go is whole before its turn comes. */
  const next = () => {
    const held = new Map<string, number>();
    for (const { address, bytes } of senders) held.set(address, (held.get(address) ?? 0) + bytes);
    const most = Math.max(...held.values());
    return [...senders].find(({ address }) => held.get(address) === most)!;
  };
  return {
    enter(address, giveWay) {
      const sender: Sender = { address, bytes: 0, giveWay };
      senders.add(sender);
      return {
        grow(bytes) {
          sender.bytes += bytes;
          total += bytes;
          while (total > limitBytes) next().giveWay();
        },
        leave() {
          if (senders.delete(sender)) total -= sender.bytes;
        },
      };
    },
  };
}

/** The whole body. Rejects with BodyRefused: too large, too slow, packed, broken off, or others need its room. */
export function readBody(
  req: IncomingMessage,
  maxBytes: number,
  { room, pace = PACE }: { room?: BodyRoom; pace?: Pace } = {},
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const packed = req.headers['content-encoding'] ?? 'identity';
  if (packed.toLowerCase() !== 'identity') {
    reject(new BodyRefused(415, 'a body with content-encoding is not read here: send it as it is'));
    return promise;
  }
  const startedMs = performance.now();
  const chunks: Buffer[] = [];
  let size = 0;
  const refuse = (...why: ConstructorParameters<typeof BodyRefused>) => {
    leave();
    reject(new BodyRefused(...why));
  };
  const place = room?.enter(req.socket.remoteAddress ?? '', () =>
    refuse(503, 'others need the room of this body, which is long under way', 'BUSY'),
  );
  const tooLarge = () => refuse(413, `the body is over ${maxBytes} bytes`);
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes + MOST_DISCARDED_BYTES) tooLarge();
    else if (size > maxBytes) forget();
    else {
      chunks.push(chunk);
      place?.grow(chunk.length);
    }
  };
  const onEnd = () => {
    if (size > maxBytes) return tooLarge();
    resolve(Buffer.concat(chunks));
    leave();
  };
  // Strangers who leave must not fill the log with errors of ours.
  const onBroken = () => refuse(400, 'the body broke off');
  const look = () => {
    const leftMs = startedMs + pace.graceMs + (size / pace.slowestBytesPerS) * 1000 - performance.now();
    if (leftMs > 0) timer = setTimeout(look, leftMs);
    else refuse(408, 'the body comes too slowly');
  };
  let timer = setTimeout(look, pace.graceMs);
  const forget = () => {
    chunks.length = 0;
    place?.leave();
  };
  const leave = () => {
    clearTimeout(timer);
    forget();
    req.off('data', onData).off('end', onEnd).off('close', onBroken);
  };
  req.on('data', onData).on('end', onEnd).on('close', onBroken);
  // Its end is told by `close`.
  req.on('error', () => {});
  return promise;
}

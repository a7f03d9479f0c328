import type { Bytes } from './bytes.ts';
import { type ClientError, refuse } from './fault.ts';

export const WINDOW_BYTES = 262_144;
const FRAME_COST_BYTES = 64;
const HEAD_BYTES = 5;

export interface Taken {
  payload: Bytes;
  end: boolean;
}

export function encodeData(id: number, end: boolean, payload: Uint8Array): Bytes {
  const frame = new Uint8Array(HEAD_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, id);
  frame[4] = end ? 1 : 0;
  frame.set(payload, HEAD_BYTES);
  return frame;
}

/** Throws PEER_INVALID for a cut frame or flags that this version does not have. */
export function decodeData(frame: Bytes): { id: number } & Taken {
  if (frame.length < HEAD_BYTES || frame[4]! > 1) refuse('PEER_INVALID', 'a binary frame is cut');
  return { id: new DataView(frame.buffer).getUint32(0), end: frame[4] === 1, payload: frame.slice(HEAD_BYTES) };
}

/** Our end of one stream, with the credit windows of both directions. */
export interface Stream {
  /** Once the other side has room. Throws what the stream was closed with. */
  send(payload: Uint8Array, end: boolean): Promise<void>;
  /** The next frame, undefined after the last. Throws what the stream was closed with. */
  take(): Promise<Taken | undefined>;
  /** From the connection. The first two throw PEER_INVALID for more than the window. */
  onData(next: Taken): void;
  onCredit(bytes: number): void;
  onClose(error: ClientError): void;
}

export interface Wire {
  data(end: boolean, payload: Uint8Array): void;
  credit(bytes: number): void;
}

const costOf = ({ length }: Uint8Array) => length + FRAME_COST_BYTES;

export function openStream(wire: Wire): Stream {
  const inbox: Taken[] = [];
  let maySend = WINDOW_BYTES;
  let mayCome = WINDOW_BYTES;
  let owed = 0;
  let isWhole = false;
  let fault: ClientError | undefined;
  const wakers: (() => void)[] = [];
  const wake = () => {
    for (const call of wakers.splice(0)) call();
  };
  const change = () => new Promise<void>((resolve) => wakers.push(resolve));
  return {
    async send(payload, end) {
      while (maySend < costOf(payload) && !fault) await change();
      if (fault) throw fault;
      maySend -= costOf(payload);
      wire.data(end, payload);
    },
    async take() {
      for (;;) {
        const next = inbox.shift();
        if (next) {
          owed += costOf(next.payload);
          if (owed >= WINDOW_BYTES / 4 && !isWhole && !fault) {
            mayCome += owed;
            wire.credit(owed);
            owed = 0;
          }
          return next;
        }
        if (isWhole) return undefined;
        if (fault) throw fault;
        await change();
      }
    },
    onData(next) {
      mayCome -= costOf(next.payload);
      if (isWhole || mayCome < 0) refuse('PEER_INVALID', isWhole ? 'a frame after the last one' : 'over the window');
      inbox.push(next);
      isWhole = next.end;
      wake();
    },
    onCredit(bytes) {
      maySend += bytes;
      if (maySend > WINDOW_BYTES) refuse('PEER_INVALID', 'credit for bytes that never came');
      wake();
    },
    onClose(error) {
      fault ??= error;
      if (!isWhole) inbox.length = 0;
      wake();
    },
  };
}

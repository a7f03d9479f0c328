import { type ErrorCode, HeatmineError } from '../../../core/errors.ts';
import { HELD_FRAME_BYTES, type Holding } from './backlog.ts';
import { FRAME_COST_BYTES, WINDOW_BYTES } from './frames.ts';

export interface Taken {
  payload: Buffer;
  end: boolean;
}

/** Two directions of whole frames over one connection, each with a credit window of its own. One writer, one reader. */
export interface Stream {
  readonly id: number;
  /** Sends one frame once the reader has room for it. Throws when the stream was closed. */
  send(payload: Uint8Array, end?: boolean): Promise<void>;
  /** The next frame of the other side, undefined after its last. Throws what the stream was closed with. */
  take(): Promise<Taken | undefined>;
  /** The payloads of all that `take` gives. */
  frames(): AsyncGenerator<Buffer>;
  /** Ends both directions at once; nothing happens on a stream that has ended. */
  close(code: ErrorCode, message: string): void;
  /** What waits here to be taken counts there from now on, and no more as its connection's: many share one. */
  holdOn(holding: Pick<Holding, 'add'>): void;
  readonly closed: AbortSignal;
  readonly isClosed: boolean;
}

export interface StreamWire {
  data(id: number, end: boolean, payload: Uint8Array): void;
  credit(id: number, bytes: number): void;
  close(id: number, code: string, message: string): void;
  ended(id: number): void;
  /** So many bytes more wait here to be taken; below 0: fewer. */
  held(bytes: number): void;
}

/** The connection's side of a stream. */
export interface StreamEnd extends Stream {
  onData(payload: Buffer, end: boolean): void;
  onCredit(bytes: number): void;
  /** `why` is made where somebody reads it: whoever opens streams and leaves makes no work for the collector. */
  onClose(why: Why): void;
}
export type Why = () => HeatmineError;

const costOf = (payload: Uint8Array) => payload.length + FRAME_COST_BYTES;
const hasEnded: Why = () => new HeatmineError('NOT_RUNNING', 'the stream has ended');
/** One for all: a reason of its own for each would be most of what an abandoned stream costs. */
const ENDED = hasEnded();

/** A part of a large piece that came from the network would keep all of it. */
const onItsOwn = (payload: Buffer): Buffer => {
  if (payload.length * 2 >= payload.buffer.byteLength) return payload;
  const own = Buffer.allocUnsafeSlow(payload.length);
  own.set(payload);
  return own;
};
const heldFor = ({ payload }: Taken) => payload.length + HELD_FRAME_BYTES;

/** What has come and is not read yet; the window is given back as it is read. */
class Inbox {
  isWhole = false;
  readonly #credit: (bytes: number) => void;
  #held: (bytes: number) => void;
  readonly #waiting: Taken[] = [];
  #mayStillCome = WINDOW_BYTES;
  #taken = 0;
  #fault: Why | undefined;
  #wake: (() => void) | undefined;

  constructor(credit: (bytes: number) => void, held: (bytes: number) => void) {
    this.#credit = credit;
    this.#held = held;
  }

  push(next: Taken): void {
    if (this.isWhole) throw new HeatmineError('PEER_INVALID', 'a frame after the last one');
    this.#mayStillCome -= costOf(next.payload);
    if (this.#mayStillCome < 0) throw new HeatmineError('PEER_INVALID', 'more than the credit window');
    this.#waiting.push({ ...next, payload: onItsOwn(next.payload) });
    this.isWhole = next.end;
    // Last: it may close this very stream.
    this.#held(heldFor(next));
    this.#wake?.();
  }

  async take(): Promise<Taken | undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        this.#held(-heldFor(next));
        this.#giveBack(costOf(next.payload));
        return next;
      }
      if (this.isWhole) return undefined;
      if (this.#fault) throw this.#fault();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  fail(fault: Why): void {
    this.#fault ??= fault;
    // What came in full before a close is still the reader's.
    if (!this.isWhole) this.drop();
    this.#wake?.();
  }

  holdOn(held: (bytes: number) => void): void {
    const bytes = this.#waiting.reduce((sum, next) => sum + heldFor(next), 0);
    this.#held(-bytes);
    this.#held = held;
    held(bytes);
  }

  /** Nobody takes what is left. */
  drop(): void {
    for (const next of this.#waiting.splice(0)) this.#held(-heldFor(next));
  }

  #giveBack(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < WINDOW_BYTES / 4 || this.isWhole || this.#fault) return;
    this.#mayStillCome += this.#taken;
    this.#credit(this.#taken);
    this.#taken = 0;
  }
}

class OneStream implements StreamEnd {
  readonly id: number;
  readonly #wire: StreamWire;
  readonly #inbox: Inbox;
  #over: AbortController | undefined;
  #maySend = WINDOW_BYTES;
  #isSent = false;
  #fault: Why | undefined;
  #wakeWriter: (() => void) | undefined;

  constructor(id: number, wire: StreamWire) {
    this.id = id;
    this.#wire = wire;
    this.#inbox = new Inbox((bytes) => wire.credit(id, bytes), wire.held);
  }

  get isClosed(): boolean {
    return this.#fault !== undefined;
  }

  get closed(): AbortSignal {
    this.#over ??= new AbortController();
    if (this.#fault) this.#over.abort(ENDED);
    return this.#over.signal;
  }

  async send(payload: Uint8Array, end = false): Promise<void> {
    while (this.#maySend < costOf(payload) && !this.#fault) {
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    }
    if (this.#fault) throw this.#fault();
    this.#maySend -= costOf(payload);
    this.#wire.data(this.id, end, payload);
    this.#isSent ||= end;
    this.#endedBoth();
  }

  take(): Promise<Taken | undefined> {
    return this.#inbox.take();
  }

  async *frames(): AsyncGenerator<Buffer> {
    for (let next = await this.take(); next; next = await this.take()) yield next.payload;
  }

  close(code: ErrorCode, message: string): void {
    this.#inbox.drop();
    if (this.#fault) return;
    this.#wire.close(this.id, code, message.slice(0, 300));
    this.onClose(() => new HeatmineError(code, message));
  }

  holdOn({ add }: Pick<Holding, 'add'>): void {
    this.#inbox.holdOn(add);
  }

  onData(payload: Buffer, end: boolean): void {
    this.#inbox.push({ payload, end });
    this.#endedBoth();
  }

  onCredit(bytes: number): void {
    this.#maySend += bytes;
    if (this.#maySend > WINDOW_BYTES) throw new HeatmineError('PEER_INVALID', 'credit for bytes that never came');
    this.#wakeWriter?.();
  }

  onClose(why: Why): void {
    if (this.#fault) return;
    this.#fault = why;
    this.#over?.abort(ENDED);
    this.#wire.ended(this.id);
    this.#inbox.fail(why);
    this.#wakeWriter?.();
  }

  #endedBoth(): void {
    if (this.#isSent && this.#inbox.isWhole) this.onClose(hasEnded);
  }
}

/** Throws PEER_INVALID from `onData` and `onCredit` where the other side overdraws or overfills its window. */
export const openStream = (id: number, wire: StreamWire): StreamEnd => new OneStream(id, wire);

import { type ErrorCode, HeatmineError } from '../../../core/errors.ts';
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
  readonly closed: AbortSignal;
}

export interface StreamWire {
  data(id: number, end: boolean, payload: Uint8Array): void;
  credit(id: number, bytes: number): void;
  close(id: number, code: string, message: string): void;
  ended(id: number): void;
}

/** The connection's side of a stream. */
export interface StreamEnd extends Stream {
  onData(payload: Buffer, end: boolean): void;
  onCredit(bytes: number): void;
  onClose(error: HeatmineError): void;
}

const costOf = (payload: Uint8Array) => payload.length + FRAME_COST_BYTES;
const hasEnded = () => new HeatmineError('NOT_RUNNING', 'the stream has ended');

interface Inbox {
  push(next: Taken): void;
  take(): Promise<Taken | undefined>;
  isWhole(): boolean;
  fail(error: HeatmineError): void;
}

/** What has come and is not read yet; `credit` gives the window back as it is read. */
function createInbox(credit: (bytes: number) => void): Inbox {
  const waiting: Taken[] = [];
  let mayStillCome = WINDOW_BYTES;
  let taken = 0;
  let isWhole = false;
  let fault: HeatmineError | undefined;
  let wake = () => {};
  const giveBack = (bytes: number) => {
    taken += bytes;
    if (taken < WINDOW_BYTES / 4 || isWhole || fault) return;
    mayStillCome += taken;
    credit(taken);
    taken = 0;
  };
  return {
    push(next) {
      if (isWhole) throw new HeatmineError('PEER_INVALID', 'a frame after the last one');
      mayStillCome -= costOf(next.payload);
      if (mayStillCome < 0) throw new HeatmineError('PEER_INVALID', 'more than the credit window');
      waiting.push(next);
      isWhole = next.end;
      wake();
    },
    async take() {
      for (;;) {
        const next = waiting.shift();
        if (next) {
          giveBack(costOf(next.payload));
          return next;
        }
        if (isWhole) return undefined;
        if (fault) throw fault;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    isWhole: () => isWhole,
    fail(error) {
      fault ??= error;
      // What came in full before a close is still the reader's.
      if (!isWhole) waiting.length = 0;
      wake();
    },
  };
}

/** Throws PEER_INVALID from `onData` and `onCredit` where the other side overdraws or overfills its window. */
export function openStream(id: number, wire: StreamWire): StreamEnd {
  const inbox = createInbox((bytes) => wire.credit(id, bytes));
  const over = new AbortController();
  let maySend = WINDOW_BYTES;
  let isSent = false;
  let fault: HeatmineError | undefined;
  let wakeWriter = () => {};
  const finish = (error: HeatmineError) => {
    if (over.signal.aborted) return;
    fault = error;
    over.abort();
    wire.ended(id);
    inbox.fail(error);
    wakeWriter();
  };
  const endedBoth = () => isSent && inbox.isWhole() && finish(hasEnded());
  return {
    id,
    closed: over.signal,
    async send(payload, end = false) {
      while (maySend < costOf(payload) && !over.signal.aborted) {
        await new Promise<void>((resolve) => (wakeWriter = resolve));
      }
      if (over.signal.aborted) throw fault ?? hasEnded();
      maySend -= costOf(payload);
      wire.data(id, end, payload);
      isSent ||= end;
      endedBoth();
    },
    take: inbox.take,
    async *frames() {
      for (let next = await inbox.take(); next; next = await inbox.take()) yield next.payload;
    },
    close(code, message) {
      if (over.signal.aborted) return;
      wire.close(id, code, message.slice(0, 300));
      finish(new HeatmineError(code, message));
    },
    onData(payload, end) {
      inbox.push({ payload, end });
      endedBoth();
    },
    onCredit(bytes) {
      maySend += bytes;
      if (maySend > WINDOW_BYTES) throw new HeatmineError('PEER_INVALID', 'credit for bytes that never came');
      wakeWriter();
    },
    onClose: finish,
  };
}

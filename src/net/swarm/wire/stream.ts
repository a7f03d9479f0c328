import { type ErrorCode, HeatmineError } from '../../../core/errors.ts';
import { FRAME_COST_BYTES, WINDOW_BYTES } from './frames.ts';

/** Two directions of whole frames over one connection, each with a credit window of its own. */
export interface Stream {
  readonly id: number;
  /** Sends one frame once the reader has room for it. Throws when the stream was closed. */
  send(payload: Uint8Array, end?: boolean): Promise<void>;
  /** The frames of the other side, up to its last. Throws what the other side closed the stream with. */
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

/** Throws PEER_INVALID from `onData` and `onCredit` where the other side overdraws or overfills its window. */
export function openStream(id: number, wire: StreamWire): StreamEnd {
  const inbox: Buffer[] = [];
  const over = new AbortController();
  let mayStillCome = WINDOW_BYTES;
  let taken = 0;
  let maySend = WINDOW_BYTES;
  let theirsEnded = false;
  let oursEnded = false;
  let fault: HeatmineError | undefined;
  let wakeReader = () => {};
  let wakeWriter = () => {};

  const finish = (error?: HeatmineError) => {
    if (over.signal.aborted) return;
    fault = error;
    if (error) inbox.length = 0;
    over.abort();
    wire.ended(id);
    wakeReader();
    wakeWriter();
  };
  const endedBoth = () => theirsEnded && oursEnded && finish();

  return {
    id,
    closed: over.signal,
    async send(payload, end = false) {
      while (maySend < costOf(payload) && !over.signal.aborted) {
        await new Promise<void>((resolve) => (wakeWriter = resolve));
      }
      if (over.signal.aborted) throw fault ?? new HeatmineError('NOT_RUNNING', 'the stream has ended');
      maySend -= costOf(payload);
      wire.data(id, end, payload);
      if (end) oursEnded = true;
      endedBoth();
    },
    async *frames() {
      for (;;) {
        const payload = inbox.shift();
        if (payload) {
          taken += costOf(payload);
          if (taken >= WINDOW_BYTES / 4 && !theirsEnded) {
            mayStillCome += taken;
            wire.credit(id, taken);
            taken = 0;
          }
          yield payload;
        } else if (theirsEnded) return;
        else if (over.signal.aborted) throw fault ?? new HeatmineError('NOT_RUNNING', 'the stream has ended');
        else await new Promise<void>((resolve) => (wakeReader = resolve));
      }
    },
    close(code, message) {
      if (over.signal.aborted) return;
      wire.close(id, code, message.slice(0, 300));
      finish(new HeatmineError(code, message));
    },
    onData(payload, end) {
      if (theirsEnded) throw new HeatmineError('PEER_INVALID', 'a frame after the last one');
      mayStillCome -= costOf(payload);
      if (mayStillCome < 0) throw new HeatmineError('PEER_INVALID', 'more than the credit window');
      inbox.push(payload);
      theirsEnded = end;
      wakeReader();
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

import type { WebSocket } from 'ws';
import { type ErrorCode, HeatmineError, messageOf } from '../../../core/errors.ts';
import { printable } from '../../../core/printable.ts';
import type { Paced } from '../turns.ts';
import type { Backlog } from './backlog.ts';
import { CLOSE, decodeData, encodeData, Frame, type Hop, type Kind, parseFrame } from './frames.ts';
import type { Handshake, Peer } from './hello.ts';
import { createInflow } from './inflow.ts';
import type { WireLimits } from './limits.ts';
import { heartbeat, slowCut } from './pace.ts';
import { prefixOf } from './prefix.ts';
import { createQuestions } from './questions.ts';
import type { Stream } from './stream.ts';
import { createStreams } from './streams.ts';

type Asking = Extract<Frame, { type: 'find' | 'attach' | 'tally' }>;
export type Answer = Extract<Frame, { type: 'found' | 'attached' | 'tallied' }>;

const isAnswer = (frame: Frame): frame is Answer =>
  frame.type === 'found' || frame.type === 'attached' || frame.type === 'tallied';

/** What the owner of a connection does with what the other side wants. There is no verb that changes anything here. */
export interface Handlers {
  onOpen(stream: Stream, path: Hop[], from: Connection, kind?: Kind): void;
  /** May be asked by anybody who has shown a key. */
  onAsk(frame: Asking, from: Connection): Answer | Promise<Answer>;
}

export interface Connection {
  readonly peer: Peer;
  readonly address: string;
  readonly closed: AbortSignal;
  open(path: Hop[], kind?: Kind): Stream;
  /** `find` and `attach`; throws NOT_RUNNING when the connection ends first, BUSY after `limits.stalledMs`. */
  ask(frame: DistributiveOmit<Asking, 'id'>): Promise<Answer>;
  /** As long as this is set the connection may be without a stream. */
  keep: boolean;
  /** A stream is open, or it is kept. */
  isBusy(): boolean;
  /** The other side got an answer by us. */
  served(): void;
  close(code: number, why: string): void;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface ConnectionOptions {
  socket: WebSocket;
  /** Asked once the other side has proven its key. */
  address: () => string;
  handshake: Handshake;
  /** The dialler's streams are odd, the acceptor's even. */
  side: 'dialler' | 'acceptor';
  limits: WireLimits;
  handlers: Handlers;
  /** Shared by whoever together must not make us hold too much. */
  backlog: Backlog;
  /** In which text frames of strangers are read; left out: at once, of somebody that we have dialled. */
  turns?: Paced | undefined;
  /** Left out: nobody cares. */
  served?: () => void;
}

/** So long a connection may take to end once one side wants it to. */
export const CLOSE_MS = 1000;
/** For ws, whose types lag behind its options; left out it is 30 s. */
export const CLOSING = { closeTimeout: CLOSE_MS };

/** A close frame holds 123 bytes at most, and a reason may quote what a stranger wrote: ASCII, so that bytes are characters. */
const closeReason = (why: string) => why.replace(/[^ -~]/g, '?').slice(0, 120);

/** Says why and ends it: whoever broke a rule, or is in the way of others, need not agree. */
export function endNow(socket: WebSocket, code: number, why: string): void {
  socket.close(code, closeReason(why));
  setTimeout(() => socket.terminate(), CLOSE_MS).unref();
}

/** Runs one connection; resolves once the other side has proven its key. Throws PEER_INVALID or NOT_RUNNING. */
export function runConnection(options: ConnectionOptions): Promise<Connection> {
  const { socket, handshake, limits } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const over = new AbortController();
  let session: Session | undefined;
  const late = setTimeout(() => fail(CLOSE.hello, `no hello within ${limits.helloMs / 1000} s`), limits.helloMs);
  const fail = (code: number, why: string) => {
    reject(new HeatmineError('PEER_INVALID', why));
    endNow(socket, code, why);
  };
  socket.on('error', (error) => reject(new HeatmineError('NOT_RUNNING', messageOf(error))));
  socket.on('close', (code, reason) => {
    clearTimeout(late);
    over.abort();
    session?.end();
    const why = printable(String(reason));
    reject(
      code === CLOSE.violation || code === CLOSE.hello
        ? new HeatmineError('PEER_INVALID', `refused with ${code} ${why}`)
        : new HeatmineError('NOT_RUNNING', `closed with ${code} ${why}`),
    );
  });
  const begin = (peer: Peer) => {
    clearTimeout(late);
    session = createSession(options, peer, over.signal, guard);
    resolve(session.connection);
  };
  const guard: Guard = (work) => {
    if (socket.readyState !== socket.OPEN) return;
    try {
      work();
    } catch (error) {
      fail(session ? CLOSE.violation : CLOSE.hello, messageOf(error));
    }
  };
  const hello = (data: Buffer, isBinary: boolean) => {
    if (isBinary) throw new HeatmineError('PEER_INVALID', 'hello: a binary frame');
    const { send, peer } = handshake.onText(String(data));
    if (send) socket.send(send);
    if (peer) begin(peer);
  };
  socket.on('message', (data: Buffer, isBinary) =>
    guard(() => (session ? session.come(data, isBinary) : hello(data, isBinary))),
  );
  const start = () => handshake.first && socket.send(handshake.first);
  if (socket.readyState === socket.OPEN) start();
  else socket.once('open', start);
  return promise;
}

interface Session {
  connection: Connection;
  /** Throws what breaks a rule at once; what keeps to them is done in its turn. */
  come(data: Buffer, isBinary: boolean): void;
  end(): void;
}

/** Does it, and ends the connection with its error. */
type Guard = (work: () => void) => void;

function createSession(options: ConnectionOptions, peer: Peer, closed: AbortSignal, guard: Guard): Session {
  const { socket, limits, handlers, turns } = options;
  const holding = options.backlog.enter(() => socket.terminate());
  const out = slowCut(socket, limits, holding);
  const text = (frame: Frame) => out(JSON.stringify(frame));
  const wire = {
    data: (id: number, end: boolean, payload: Uint8Array) => out(encodeData(id, end, payload)),
    credit: (id: number, bytes: number) => text({ type: 'credit', id, bytes }),
    close: (id: number, code: string, message: string) => text({ type: 'close', id, code, message }),
    held: holding.add,
  };
  const streams = createStreams(options.side, wire, limits);
  const questions = createQuestions(limits.stalledMs);
  const stopHeartbeat = heartbeat(socket, limits, () => connection.isBusy());
  const connection: Connection = {
    peer,
    address: options.address(),
    closed,
    keep: false,
    isBusy: () => connection.keep || streams.count() > 0,
    served: options.served ?? (() => {}),
    open(path, kind) {
      const stream = streams.ours();
      text({ type: 'open', id: stream.id, path, ...(kind && { kind }) });
      return stream;
    },
    ask(frame) {
      const id = streams.newId();
      text({ ...frame, id });
      return questions.wait(id);
    },
    close: (code, why) => socket.close(code, closeReason(why)),
  };
  const origin = prefixOf(connection.address);
  const inflow = createInflow({ socket, turns, origin, closed, holding, rate: limits.control });
  const onAsk = async (frame: Asking) => {
    try {
      text(await handlers.onAsk(frame, connection));
    } catch (error) {
      const known = error instanceof HeatmineError;
      wire.close(frame.id, known ? error.code : 'NOT_RUNNING', known ? error.message.slice(0, 300) : 'failed');
    }
  };
  const onFrame = (frame: Frame) => {
    if (frame.type === 'open') {
      const stream = streams.theirs(frame.id);
      if (stream) handlers.onOpen(stream, frame.path, connection, frame.kind);
    } else if (frame.type === 'credit') streams.get(frame.id)?.onCredit(frame.bytes);
    else if (isAnswer(frame)) questions.settle(frame.id, frame);
    else if (frame.type === 'close') {
      const why = () => peerError(frame.code, frame.message);
      if (!questions.fail(frame.id, why)) streams.get(frame.id)?.onClose(why);
    } else void onAsk(frame);
  };
  return {
    connection,
    come(data, isBinary) {
      if (isBinary) {
        const { id, payload, end } = decodeData(data);
        return inflow(data.length, false, () => guard(() => streams.get(id)?.onData(payload, end)));
      }
      const frame = parseFrame(Frame, String(data));
      // Credit comes as data does, which has limits of its own.
      inflow(data.length, frame.type !== 'credit', () => guard(() => onFrame(frame)));
    },
    end() {
      stopHeartbeat();
      streams.endAll();
      questions.endAll();
      holding.leave();
    },
  };
}

const MAY_COME: readonly ErrorCode[] = [
  'BUSY',
  'NO_POWER',
  'NO_WAY',
  'RATE_LIMITED',
  'CONTEXT_LENGTH',
  'EXPERT_UNKNOWN',
  'MESSAGE_INVALID',
  'NOT_OFFERED',
  'NOT_RUNNING',
  'PEER_INVALID',
  'SEAL_BROKEN',
  'NO_SUNSHINE',
  'VOUCHER_DUE',
  'RECEIPT_INVALID',
  'LEDGER_REFUSES',
  'TOKEN_REFUSED',
];

/** What a peer says of a failure; a code that we do not know counts as "does not work there". */
export function peerError(code: string, message: string): HeatmineError {
  const known = MAY_COME.find((c) => c === code);
  return new HeatmineError(known ?? 'NOT_RUNNING', printable(message));
}

import { WebSocket } from 'ws';
import { ASK_PATH, type Ask, MAX_FRAME_BYTES, MAX_QUESTION_CHARS, Reply, SUBPROTOCOL } from '../contract/wire.ts';
import { ERROR_CODES, type ErrorCode, HeatmineError, messageOf } from '../core/errors.ts';

export interface AskOptions {
  /** Of the unit, `http://127.0.0.1:8700`, or of its websocket, `ws://…/ask`. */
  url: string;
  question: string;
  expert?: string;
  maxTokens?: number;
  onStart?: (start: Extract<Reply, { type: 'start' }>) => void;
  onChunk?: (text: string) => void;
  signal?: AbortSignal;
}

const CONNECT_MS = 5_000;
/** Compute may load a model first; after this long without a word the unit is taken for gone. */
const SILENT_MS = 60_000;

/**
 * Asks one question over the wire that remote peers use and streams the answer. Throws HeatmineError: NOT_RUNNING when
 * nobody answers there, else the code the unit gave. An abort closes the connection, which stops the work.
 */
export async function askUnit(options: AskOptions): Promise<Extract<Reply, { type: 'end' }>> {
  if (options.question.length > MAX_QUESTION_CHARS) {
    const length = `the question has ${options.question.length} characters`;
    throw new HeatmineError('CONTEXT_LENGTH', `${length}, at most ${MAX_QUESTION_CHARS} can be sent`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<Extract<Reply, { type: 'end' }>>();
  const socket = new WebSocket(socketUrl(options.url), SUBPROTOCOL, {
    handshakeTimeout: CONNECT_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const gone = (message: string) => reject(new HeatmineError('NOT_RUNNING', `${options.url}: ${message}`));
  let silent = setTimeout(() => gone('no word'), SILENT_MS);
  const abort = () => reject(options.signal?.reason);
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  socket.on('error', (error) => gone(messageOf(error)));
  socket.on('close', (code, reason) => gone(`closed with ${code} ${reason}`));
  socket.on('open', () => {
    const ask: Ask = {
      type: 'ask',
      id: '1',
      expert: options.expert ?? 'auto',
      messages: [{ role: 'user', content: options.question }],
      maxTokens: options.maxTokens,
    };
    socket.send(JSON.stringify(ask));
  });
  socket.on('message', (data) => {
    clearTimeout(silent);
    silent = setTimeout(() => gone('no word'), SILENT_MS);
    try {
      const reply = Reply.parse(JSON.parse(String(data)));
      if (reply.type === 'start') options.onStart?.(reply);
      else if (reply.type === 'chunk') options.onChunk?.(reply.text);
      else if (reply.type === 'end') resolve(reply);
      else if (reply.type === 'error')
        reject(new HeatmineError(reply.code in ERROR_CODES ? (reply.code as ErrorCode) : 'BUSY', reply.message));
    } catch (error) {
      reject(new HeatmineError('MESSAGE_INVALID', `${options.url}: ${messageOf(error).slice(0, 200)}`));
    }
  });
  return promise.finally(() => {
    clearTimeout(silent);
    options.signal?.removeEventListener('abort', abort);
    if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
    else socket.close();
  });
}

function socketUrl(text: string): URL {
  if (!/^(https?|wss?):/.test(text) || !URL.canParse(text)) {
    throw new HeatmineError('USAGE', `"${text}" is no address of a unit; give one like http://127.0.0.1:8700`);
  }
  const url = new URL(text);
  if (url.protocol.startsWith('http')) url.pathname = url.pathname.replace(/\/?$/, ASK_PATH);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}

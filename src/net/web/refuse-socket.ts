import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { sendError } from './reply.ts';

export const CLOSE_MS = 500;
export const MAX_HEADER_BYTES = 16_384;
const RETRY_AFTER_S = 1;

/** Answers an upgrade with plain HTTP and closes: no time limit of HTTP is left. */
export function refuseUpgrade(socket: Duplex, status: number, message: string): void {
  const again = status === 429 || status === 503 ? `Retry-After: ${RETRY_AFTER_S}\r\n` : '';
  endSoon(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nX-Request-Id: ${randomUUID()}\r\n${again}` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}

/** Also when the other side never ends. */
function endSoon(socket: Duplex, said = ''): void {
  socket.end(said);
  socket.resume();
  setTimeout(() => socket.destroy(), CLOSE_MS).unref();
}

const UNREADABLE: Record<string, [number, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come in time'],
  HPE_HEADER_OVERFLOW: [431, `the headers are over ${MAX_HEADER_BYTES} bytes`],
};

/** What could not be read as HTTP is told so; where its headers had come, in the words of the API that they name. */
export function refuseUnread(socket: Duplex, error: NodeJS.ErrnoException, last: ServerResponse | undefined): void {
  const [status, message] = UNREADABLE[error.code ?? ''] ?? [400, 'this is no HTTP, or broke off'];
  const isUnderWay = last !== undefined && !last.writableFinished;
  if (!socket.writable || (isUnderWay && last.headersSent && !last.req.complete)) socket.destroy();
  else if (isUnderWay && last.req.complete) {
    // A whole question before it, of which the length was told too short: it gets its answer, the rest is not heard.
    socket.pause();
    last.once('close', () => endSoon(socket));
  } else if (isUnderWay) {
    last.setHeader('connection', 'close');
    // Of the end of a request that is answered, who still reads its body hears nothing else.
    last.once('close', () => setTimeout(() => last.req.destroy(), CLOSE_MS).unref());
    sendError(last, 'MESSAGE_INVALID', message, { status });
  } else refuseUpgrade(socket, status, message);
}

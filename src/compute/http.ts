import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequest } from './bad-request.ts';
import { errorOf } from './openai-errors.ts';

export const MAX_BODY_BYTES = 1_048_576;

/** A body, sized and parsed. @throws BadRequest; `TooLarge` once it grows past 1 MiB, whatever its header claims. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw new TooLarge();
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new TooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    // The parser's own message would quote the asker's text.
    throw new BadRequest('the body is not JSON', null);
  }
}

export class TooLarge extends BadRequest {
  constructor() {
    super(`the body is larger than ${MAX_BODY_BYTES} bytes`, null);
  }
}

export function sendJson(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** As the OpenAI API shapes it, or, for Ollama's clients, as theirs does: the message alone. */
export function sendError(response: ServerResponse, error: unknown, ollama = false): void {
  const { status, retryAfterS, body } = errorOf(error);
  const told = ollama ? { error: body.error.message } : body;
  if (response.headersSent) {
    // Too late for a status: the stream carries the error and ends without its usual end.
    response.end(ollama ? `${JSON.stringify(told)}\n` : `data: ${JSON.stringify(told)}\n\n`);
    return;
  }
  const large = error instanceof TooLarge;
  const headers = {
    ...(retryAfterS === undefined ? {} : { 'retry-after': retryAfterS }),
    // What is left of a body that was refused must not be taken for the next request.
    ...(status === 400 ? { connection: 'close' } : {}),
  };
  sendJson(response, large ? 413 : status, told, headers);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequest } from './bad-request.ts';
import { errorOf } from './openai-errors.ts';

export const MAX_BODY_BYTES = 1_048_576;
/** Far beyond any schema that people write, far below what a recursion survives. */
const MAX_NESTING = 128;

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
  const body = Buffer.concat(parts);
  if (nesting(body) > MAX_NESTING) throw new BadRequest(`the body nests deeper than ${MAX_NESTING}`, null);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own message would quote the asker's text.
    throw new BadRequest('the body is not JSON', null);
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** How deep brackets nest, told before anything that calls itself for each of them sees the text. */
function nesting(json: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (quoted) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (OPENING.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(byte)) depth--;
  }
  return deepest;
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

export const isOllama = (path: string): boolean => path.startsWith('/api/');

/** As the OpenAI API shapes it, or, for Ollama's clients, as theirs does: the message alone. */
export function sendError(response: ServerResponse, error: unknown, path: string): void {
  const ollama = isOllama(path);
  const { status, retryAfterS, body } = errorOf(error, path);
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

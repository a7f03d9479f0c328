import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_CODES, type ErrorCode, HeatmineError } from '../../core/errors.ts';

/** The one shape of an error over HTTP; `/v1` clients find all where OpenAI puts it, with codes in small letters. */
export interface ErrorBody {
  error: { code: string; message: string; remedy: string; type: string; param: null };
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  VALUE_RANGE: 400,
  MESSAGE_INVALID: 400,
  BACKUP_INVALID: 400,
  CONFIG_INVALID: 400,
  EXPERT_UNKNOWN: 404,
  MODEL_INVALID: 400,
  UNAUTHORISED: 403,
  RATE_LIMITED: 429,
  BUSY: 503,
  NOT_RUNNING: 503,
};

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

export function sendError(
  res: ServerResponse,
  code: ErrorCode,
  message: string,
  { status, ...extra }: { status?: number } & Record<string, unknown> = {},
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (code === 'RATE_LIMITED' || code === 'BUSY') res.setHeader('retry-after', '1');
  const type = (status ?? STATUS[code] ?? 500) < 500 ? 'invalid_request_error' : 'server_error';
  const path = res.req?.url ?? '';
  const told = path.startsWith('/v1/') ? code.toLowerCase() : code;
  const body: ErrorBody = { error: { code: told, message, remedy: ERROR_CODES[code], type, param: null } };
  sendJson(res, status ?? STATUS[code] ?? 500, { ...body, ...extra });
}

/** So much of a body that is refused is heard out: whoever is cut off while sending never reads why. */
const MOST_DISCARDED_BYTES = 16 * 1_048_576;

/** The whole body. Throws MESSAGE_INVALID beyond `maxBytes`, and where it breaks off. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes + MOST_DISCARDED_BYTES) break;
      if (size <= maxBytes) chunks.push(chunk);
    }
  } catch (cause) {
    // Strangers who leave must not fill the log with errors of ours.
    throw new HeatmineError('MESSAGE_INVALID', 'the body broke off', { cause });
  }
  if (size > maxBytes) throw new HeatmineError('MESSAGE_INVALID', `the body is over ${maxBytes} bytes`);
  return Buffer.concat(chunks);
}

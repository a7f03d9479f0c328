import type { ServerResponse } from 'node:http';
import { ERROR_CODES, type ErrorCode, type HeatmineError } from '../../core/errors.ts';
import { ERROR_ROWS, type ErrorRow, INTERNAL } from '../../core/http-errors.ts';
import { BodyRefused } from './body.ts';
import { apiOf, pathOf } from './paths.ts';

const INVALID: ErrorRow = { status: 400, type: 'invalid_request_error', code: null };
/** Beside what compute says too. */
const ROWS: Partial<Record<ErrorCode, ErrorRow>> = {
  ...ERROR_ROWS,
  VALUE_RANGE: INVALID,
  BACKUP_INVALID: INVALID,
  CONFIG_INVALID: INVALID,
  UNAUTHORISED: { status: 403, type: 'invalid_request_error', code: 'permission_denied' },
  NOT_RUNNING: { status: 503, type: 'server_error', code: 'not_running' },
};
/** OpenAI's codes for what no code of ours tells apart. */
const CODE_OF: Record<number, string> = { 404: 'unknown_url', 405: 'method_not_supported' };
/** A crowd is gone in a moment; compute is started anew in a few seconds. */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = { RATE_LIMITED: 1, BUSY: 1, NOT_RUNNING: 5 };

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

/** An error in the shape of the API that was asked: OpenAI's, Ollama's, or our own, whose codes are in large letters. */
export function sendError(
  res: ServerResponse,
  code: ErrorCode,
  message: string,
  {
    status: given,
    remedy = ERROR_CODES[code],
    ...extra
  }: { status?: number; remedy?: string } & Record<string, unknown> = {},
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const row = ROWS[code] ?? INTERNAL;
  const status = given ?? row.status;
  const api = apiOf(pathOf(res.req));
  const retryAfterS = RETRY_AFTER_S[code];
  if (retryAfterS !== undefined && status >= 429) res.setHeader('retry-after', retryAfterS);
  const told = api === 'own' ? code : (row.code ?? CODE_OF[status] ?? null);
  const error = { code: told, message, remedy, type: row.type, param: null };
  sendJson(res, status, api === 'ollama' ? { error: message } : { error, ...extra });
}

/** As `sendError`. Of a body that is still under way nobody waits for the end. */
export function sendFailure(res: ServerResponse, error: HeatmineError): void {
  const status = error instanceof BodyRefused ? error.status : undefined;
  if (!res.headersSent && (status === 408 || status === 503)) res.setHeader('connection', 'close');
  sendError(res, error.code, error.message, status === undefined ? {} : { status });
}

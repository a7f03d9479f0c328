import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerEnd, AnswerPart, Question } from './answer.ts';
import { Refusal } from './refusal.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import type { Service } from './service.ts';

/** What the two APIs have in common: one question driven to its end, within limits. */
export type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>;

/** Waiting and answering together: beyond this an engine or an upstream is stuck. */
export const ANSWER_LIMIT_MS = STANDARD_DEADLINE_S * 1000;
/** For a refusal to be sent after the last moment. */
const SPARE_MS = 10_000;
/** An answer nobody reads is given up once this much of it waits; it never holds up the next asker. */
const MAX_UNREAD_BYTES = 1_048_576;

/** Ends `body` with BUSY when it takes too long, and with the asker's own signal. */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Refusal('BUSY', `no answer within ${limitMs} ms`, 5)), limitMs);
  return body(AbortSignal.any([signal, late.signal])).finally(() => clearTimeout(timer));
}

/** A question that may wait long keeps its connection for as long. */
export async function inTime(
  deadlineS: number,
  response: ServerResponse,
  signal: AbortSignal,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  response.setTimeout(deadlineS * 1000 + SPARE_MS);
  await within(deadlineS * 1000, signal, body);
}

/** Runs an answer to its end; broken off, it frees its lane at once. */
export async function drive(
  service: Service,
  question: Question,
  signal: AbortSignal,
  each: (part: AnswerPart) => void,
): Promise<AnswerEnd> {
  const parts = service.answer(question, signal);
  try {
    for (let step = await parts.next(); ; step = await parts.next()) {
      if (step.done) return step.value;
      signal.throwIfAborted();
      each(step.value);
    }
  } finally {
    // Its value is never read: this only lets the generator clean up.
    await parts.return(undefined as unknown as AnswerEnd);
  }
}

/** Writes a piece of a stream; who takes nothing is cut. */
export function writePiece(response: ServerResponse, text: string): void {
  response.write(text);
  if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
}

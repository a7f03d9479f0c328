import type { ServerResponse } from 'node:http';
import type { AnswerMeter } from '../contract/compute-api.ts';
import type { AnswerEnd, AnswerPart, Start } from './answer.ts';
import { drive, writePiece } from './drive.ts';
import { sendJson } from './http.ts';
import type { Choice, Request } from './openai.ts';
import * as reply from './openai-reply.ts';
import type { Service } from './service.ts';

/** All choices of a request at once; the first that fails ends the others. */
async function driveAll(
  service: Service,
  choices: readonly Choice[],
  signal: AbortSignal,
  each: (part: AnswerPart, index: number) => void,
  ended: (end: AnswerEnd, index: number) => void,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const driven = choices.map(async ({ question }, index) => {
    try {
      ended(await drive(service, question, either, (part) => each(part, index)), index);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // None goes on behind an answer that was refused.
  await Promise.allSettled(driven);
  failed.signal.throwIfAborted();
}

/** What all of it took. */
const sumOf = (meters: readonly AnswerMeter[]): AnswerMeter =>
  meters.reduce((sum, meter) => ({
    ...meter,
    promptTokens: sum.promptTokens + meter.promptTokens,
    answerTokens: sum.answerTokens + meter.answerTokens,
    joules: sum.joules + meter.joules,
    cardSeconds: sum.cardSeconds + meter.cardSeconds,
  }));

/** As the API counts: a prompt once, however many choices it has. */
const countedOf = (meters: readonly AnswerMeter[], perPrompt: number): AnswerMeter =>
  sumOf(meters.map((meter, at) => (at % perPrompt === 0 ? meter : { ...meter, promptTokens: 0 })));

export async function whole(
  service: Service,
  kind: reply.Kind,
  { choices: asked, perPrompt }: Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const said = asked.map(({ prefix }) => prefix);
  const ends: AnswerEnd[] = [];
  let start: Start | undefined;
  const each = (part: AnswerPart, at: number) => {
    if (part.type === 'start') start = part;
    else said[at] += part.text;
  };
  await driveAll(service, asked, signal, each, (end, at) => {
    ends[at] = end;
  });
  const meters = ends.map(({ meter }) => meter);
  const meter = sumOf(meters);
  const rest = {
    choices: ends.map(({ finish, toolCalls }, at) => reply.choiceOf(kind, at, said[at]!, finish, toolCalls)),
    usage: reply.usageOf(countedOf(meters, perPrompt)),
    ...reply.tierOf(start),
    heatmine: { ...meter, ...reply.termsOf(start) },
  };
  sendJson(response, 200, reply.bodyOf(kind, reply.headOf(kind, meter.expert), rest));
}

export async function stream(
  service: Service,
  kind: reply.Kind,
  { choices: asked, perPrompt, includeUsage }: Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let head = reply.headOf(kind, asked[0].question.expert);
  const meters: AnswerMeter[] = [];
  let open = asked.length;
  // Whoever asks for the usage finds the field in each chunk, empty but in the last.
  const send = (data: object) =>
    writePiece(response, `data: ${JSON.stringify(includeUsage ? { usage: null, ...data } : data)}\n\n`);
  const each = (part: AnswerPart, index: number) => {
    if (part.type === 'chunk') return send(reply.chunkOf(kind, head, { index, text: part.text }));
    if (!response.headersSent) {
      head = { ...head, model: part.expert };
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    }
    const first = reply.chunkOf(kind, head, { index, text: asked[index]!.prefix, first: true });
    send({ ...first, ...reply.tierOf(part), heatmine: { expert: part.expert, ...reply.termsOf(part) } });
  };
  await driveAll(service, asked, signal, each, ({ finish, meter, toolCalls }, index) => {
    meters[index] = meter;
    if (toolCalls) send(reply.chunkOf(kind, head, { index, calls: toolCalls }));
    const last = reply.chunkOf(kind, head, { index, finish });
    send(--open > 0 || includeUsage ? last : { ...last, heatmine: sumOf(meters) });
  });
  if (includeUsage) send({ ...reply.usageChunkOf(kind, head, countedOf(meters, perPrompt)), heatmine: sumOf(meters) });
  response.end('data: [DONE]\n\n');
}

import type { Agent, IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { AnswerMeter } from '../../contract/compute-api.ts';
import { type Ask, Meter, type Reply, type Way } from '../../contract/wire.ts';
import { type ErrorCode, HeatmineError, messageOf } from '../../core/errors.ts';
import { askCompute, computeAgent } from '../compute-sockets.ts';
import { sseData } from './sse.ts';

export type AnswerPiece =
  | { type: 'start'; expert: string; why: string; weights?: string | undefined; wording?: string | undefined }
  | { type: 'chunk'; text: string }
  | ({ type: 'end'; finish: string; meter: AnswerMeter; way?: Way } & Pick<
      Extract<Reply, { type: 'end' }>,
      'paid' | 'useful'
    >);

export interface ComputeClient {
  /** Streams one answer; `economy` waits a little for free watts and takes no others. Throws HeatmineError; `retryAfterS` hangs on it when compute gave one. */
  answer(ask: Ask, signal: AbortSignal, economy?: boolean): AsyncGenerator<AnswerPiece>;
  /** Whether that expert answers here now, asked by name. Throws NOT_RUNNING where compute does not say. */
  answers(expert: string, signal: AbortSignal): Promise<boolean>;
  /** What the classifier takes this text for; `unknown` where there is none. */
  labelOf(text: string, signal: AbortSignal): Promise<string>;
  /** What the copy of an expert here makes of another node's answer, by free watts; without one, of its own. */
  weigh(ask: Pick<Ask, 'expert' | 'messages'>, given: string | undefined, signal: AbortSignal): Promise<Weighed>;
  close(): void;
}

/** The parts of an OpenAI stream chunk we use, with compute's own `heatmine` object (contract/compute-api.ts). */
const StreamChunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  heatmine: z
    .union([
      Meter,
      z.object({ expert: z.string(), why: z.string(), weights: z.string().optional(), wording: z.string().optional() }),
    ])
    .optional(),
});
const Failure = z.object({
  error: z.object({ message: z.string(), code: z.unknown().optional(), type: z.unknown().optional() }),
});
const Model = z.object({ heatmine: z.object({ byName: z.boolean() }) });
const Label = z.object({ label: z.string() });
const Weighed = z.object({
  own: z.string(),
  calls: z.array(z.number()),
  parted: z.array(z.number()),
  isWhole: z.boolean(),
  surest: z.number(),
  moves: z.array(z.number()),
  promptTokens: z.int(),
  answerTokens: z.int(),
  hidesWorking: z.boolean(),
  weights: z.string(),
  wording: z.string(),
});
export type Weighed = z.infer<typeof Weighed>;
const MAX_ERROR_BYTES = 65_536;

export function computeClient(socketPath: string): ComputeClient {
  const agent = computeAgent();
  return {
    async *answer(ask, signal, economy = false) {
      const res = await post(socketPath, agent, '/v1/chat/completions', bodyOf(ask, economy), signal);
      if (res.statusCode !== 200) throw await failureOf(res);
      yield* pieces(res);
    },
    async answers(expert, signal) {
      const res = await look(socketPath, agent, `/v1/models/${encodeURIComponent(expert)}`, signal);
      if (res.statusCode === 200) return Model.parse(await jsonOf(res)).heatmine.byName;
      const failure = await failureOf(res);
      if (failure.code === 'EXPERT_UNKNOWN') return false;
      throw failure;
    },
    async labelOf(text, signal) {
      const res = await post(socketPath, agent, '/classify', JSON.stringify({ text }), signal);
      if (res.statusCode !== 200) throw await failureOf(res);
      return Label.parse(await jsonOf(res)).label;
    },
    async weigh({ expert, messages }, given, signal) {
      const body = JSON.stringify({ model: expert, messages, temperature: 0, given });
      const res = await post(socketPath, agent, '/weigh', body, signal);
      if (res.statusCode !== 200) throw await failureOf(res);
      return Weighed.parse(await jsonOf(res));
    },
    close: () => agent.destroy(),
  };
}

const jsonOf = async (res: IncomingMessage): Promise<unknown> =>
  JSON.parse(Buffer.concat(await res.toArray()).toString('utf8'));

/** Of an asker that sits there and waits. */
const ECONOMY_DEADLINE_S = 60;

const bodyOf = (ask: Ask, economy: boolean) =>
  JSON.stringify({
    model: ask.expert,
    messages: ask.messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: ask.maxTokens,
    temperature: ask.temperature,
    ...(economy && { service_tier: 'flex', heatmine: { deadline_s: ECONOMY_DEADLINE_S } }),
  });

const silent = (error: Error, signal: AbortSignal) =>
  signal.aborted ? error : new HeatmineError('NOT_RUNNING', 'compute does not answer', { cause: error });

/** Rejects with NOT_RUNNING where nobody answers. */
const look = (socketPath: string, agent: Agent, path: string, signal: AbortSignal): Promise<IncomingMessage> =>
  askCompute({ socketPath, agent, path, signal }).catch((error) => {
    throw silent(error, signal);
  });

/** Rejects with NOT_RUNNING where nobody answers. */
export function post(
  socketPath: string,
  agent: Agent,
  path: string,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return askCompute({ socketPath, agent, method: 'POST', path, headers, signal }, body).catch((error) => {
    throw silent(error, signal);
  });
}

async function* pieces(res: IncomingMessage): AsyncGenerator<AnswerPiece> {
  let finish = '';
  let meter: AnswerMeter | undefined;
  // To the end of the stream: a socket that is left before it cannot be kept.
  for await (const data of sseData(res)) {
    if (data === '[DONE]') continue;
    const raw = JSON.parse(data) as { error?: unknown };
    if (raw.error) throw asError(Failure.parse(raw).error);
    const chunk = StreamChunk.parse(raw);
    if (chunk.heatmine && 'why' in chunk.heatmine) yield { type: 'start', ...chunk.heatmine };
    else if (chunk.heatmine) meter = chunk.heatmine;
    for (const choice of chunk.choices) {
      if (choice.delta?.content) yield { type: 'chunk', text: choice.delta.content };
      finish = choice.finish_reason ?? finish;
    }
  }
  if (!meter) throw new HeatmineError('NOT_RUNNING', 'compute broke off the answer');
  yield { type: 'end', finish, meter };
}

export interface RefusedByCompute extends HeatmineError {
  retryAfterS?: number;
}

/** What compute refused with, as ours. */
export async function failureOf(res: IncomingMessage): Promise<RefusedByCompute> {
  let text = '';
  try {
    for await (const chunk of res.setEncoding('utf8')) {
      text += chunk;
      if (text.length > MAX_ERROR_BYTES) break;
    }
    const error = asError(Failure.parse(JSON.parse(text)).error);
    const retryAfterS = Number(res.headers['retry-after']);
    return Number.isFinite(retryAfterS) ? Object.assign(error, { retryAfterS }) : error;
  } catch (error) {
    return new HeatmineError('NOT_RUNNING', `compute answered ${res.statusCode}`, { cause: messageOf(error) });
  }
}

/** Compute answers with OpenAI's codes; on the websocket they are ours. */
const CODES: Record<string, ErrorCode> = {
  context_length_exceeded: 'CONTEXT_LENGTH',
  model_not_found: 'EXPERT_UNKNOWN',
  rate_limit_exceeded: 'RATE_LIMITED',
  model_invalid: 'MODEL_INVALID',
  no_power: 'NO_POWER',
  busy: 'BUSY',
};

function asError({ message, code, type }: z.infer<typeof Failure>['error']): HeatmineError {
  const known = typeof code === 'string' ? CODES[code] : undefined;
  const otherwise = type === 'invalid_request_error' ? 'MESSAGE_INVALID' : 'NOT_RUNNING';
  return new HeatmineError(known ?? otherwise, message.slice(0, 400));
}

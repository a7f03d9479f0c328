import { z } from 'zod';
import { type ErrorCode, HeatmineError, messageOf } from '../../core/errors.ts';
import {
  type Engine,
  type GenerateChunk,
  type GenerateEnd,
  type GenerateRequest,
  type LoadedModel,
  type ModelSpec,
  type ToolCall,
  textOf,
} from '../engine.ts';
import { Refusal } from '../refusal.ts';
import { readEvents } from '../sse.ts';

const START_LIMIT_MS = 60_000;
const MAX_BODY_BYTES = 16_000_000;
const MAX_MESSAGE_CHARS = 300;
const MAX_RETRY_S = 3600;
/** Without the other side's tokenizer: four bytes a token is usual for English. Only for admission, never for the meter. */
const BYTES_PER_TOKEN = 4;

const Usage = z.object({ prompt_tokens: z.int().nonnegative(), completion_tokens: z.int().nonnegative().default(0) });
const CallDelta = z.object({
  index: z.int().min(0).max(63),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).optional(),
});
const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish(), tool_calls: z.array(CallDelta).max(64).nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: Usage.nullish(),
  error: z.object({ message: z.string() }).nullish(),
});
const Failure = z.object({ error: z.object({ message: z.string(), code: z.unknown().optional() }) });
const Models = z.object({
  // Null for the adapters of vLLM.
  data: z.array(z.object({ id: z.string().min(1).max(200), max_model_len: z.int().positive().nullish() })).max(1000),
});
const Embeddings = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })), usage: Usage });

/** `http://host:8000` and `http://host:8000/v1` mean the same. */
export const upstreamUrl = (base: string, path: string): string => `${base.replace(/\/+(v1\/*)?$/, '')}/v1/${path}`;

/**
 * Any OpenAI-compatible server (vLLM, llama-server, Ollama) as an engine: `spec.file` is its base URL, `spec.id` the
 * model there. Counts are what its `usage` says.
 */
export function createUpstreamEngine(): Engine {
  return { name: 'upstream', load: async (spec) => upstreamModel(spec), close: async () => {} };
}

/** What the server offers. @throws HeatmineError BUSY when it does not answer, or answers nonsense. */
export async function upstreamModels(base: string, signal: AbortSignal): Promise<z.infer<typeof Models>['data']> {
  const response = await call(base, 'models', undefined, signal);
  return parse(Models, await readJson(response, base, signal), base).data;
}

function upstreamModel({ id, file: base, contextTokens }: ModelSpec): LoadedModel {
  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd> {
    const body = {
      model: id,
      ...(request.wire ?? { messages: [{ role: 'user', content: textOf(request.prompt) }] }),
      max_tokens: request.maxTokens,
      temperature: request.temperature,
      ...(request.topP === undefined ? {} : { top_p: request.topP }),
      ...(request.seed === undefined ? {} : { seed: request.seed }),
      ...(request.stop.length ? { stop: request.stop } : {}),
      stream: true,
      stream_options: { include_usage: true },
    };
    const response = await call(base, 'chat/completions', body, signal);
    let usage: z.infer<typeof Usage> | undefined;
    let finish: GenerateEnd['finish'] = 'stop';
    const calls: ToolCall[] = [];
    for await (const chunk of chunksOf(response, base, signal)) {
      if (chunk.error) throw fault(base, chunk.error.message.slice(0, MAX_MESSAGE_CHARS));
      usage = chunk.usage ?? usage;
      const choice = chunk.choices[0];
      if (choice?.finish_reason === 'length') finish = 'length';
      for (const call of choice?.delta?.tool_calls ?? []) addDelta(calls, call);
      const text = choice?.delta?.content;
      // Servers send a chunk a token as a rule; the exact count comes with the usage.
      if (text) yield { text, tokens: 1 };
    }
    if (!usage) throw fault(base, 'the stream ended without its usage');
    const counts = { promptTokens: usage.prompt_tokens, answerTokens: usage.completion_tokens };
    if (!calls.length) return { finish, ...counts };
    return { finish: finish === 'length' ? finish : 'tool_calls', ...counts, toolCalls: calls.filter(Boolean) };
  }
  return {
    contextTokens,
    countTokens: async (prompt) => Math.ceil(Buffer.byteLength(textOf(prompt)) / BYTES_PER_TOKEN),
    generate,
    async embed(texts, signal) {
      const response = await call(base, 'embeddings', { model: id, input: texts }, signal);
      const { data, usage } = parse(Embeddings, await readJson(response, base, signal), base);
      return { vectors: data.map((d) => d.embedding), tokens: usage.prompt_tokens };
    },
    unload: async () => {},
  };
}

/** A call comes in pieces: its name first, its arguments bit by bit. */
function addDelta(calls: ToolCall[], { index, function: piece }: z.infer<typeof CallDelta>): void {
  const before = calls[index] ?? { name: '', arguments: '' };
  calls[index] = {
    name: before.name + (piece?.name ?? ''),
    arguments: before.arguments + (piece?.arguments ?? ''),
  };
}

/** @throws the signal's reason on abort, a HeatmineError on everything else. */
async function call(base: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  let response: Response;
  // The limit is for the first byte of the answer; once it streams, only the asker ends it.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), START_LIMIT_MS);
  try {
    response = await fetch(upstreamUrl(base, path), {
      redirect: 'error',
      signal: AbortSignal.any([signal, late.signal]),
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw fault(base, `no answer: ${messageOf(cause)}`, error);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  const failure = Failure.safeParse(await readJson(response, base, signal).catch(() => undefined));
  signal.throwIfAborted();
  const { message, code } = failure.success ? failure.data.error : { message: `HTTP ${response.status}` };
  const text = `upstream ${base}: ${message.slice(0, MAX_MESSAGE_CHARS)}`;
  const known = codeOf(response.status, code, message);
  const waitS = Number(response.headers.get('retry-after'));
  throw waitS >= 1 ? new Refusal(known, text, Math.min(Math.ceil(waitS), MAX_RETRY_S)) : new HeatmineError(known, text);
}

/** Only what the asker can mend is told as the asker's fault: a key is missing between this unit and its upstream. */
function codeOf(status: number, code: unknown, message: string): ErrorCode {
  if (code === 'context_length_exceeded' || /context (length|size|window)/i.test(message)) return 'CONTEXT_LENGTH';
  if (code === 'no_power') return 'NO_POWER';
  if (status === 404) return 'EXPERT_UNKNOWN';
  if (status === 429) return 'RATE_LIMITED';
  return status === 400 || status === 413 || status === 422 ? 'MESSAGE_INVALID' : 'BUSY';
}

/** Nothing that the asker said: whatever it is, another time may be better. */
const fault = (base: string, what: string, cause?: unknown): HeatmineError =>
  new HeatmineError('BUSY', `upstream ${base}: ${what}`, { cause });

/** The pieces of a body. @throws the signal's reason on abort, BUSY when it breaks off. */
async function* piecesOf(response: Response, base: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!response.body) throw fault(base, 'an answer without a body');
  try {
    yield* response.body;
  } catch (error) {
    signal.throwIfAborted();
    throw fault(base, `the answer broke off: ${messageOf(error)}`, error);
  }
}

async function* chunksOf(response: Response, base: string, signal: AbortSignal) {
  try {
    for await (const data of readEvents(piecesOf(response, base, signal)))
      yield parse(Chunk, parseJson(data, base), base);
  } catch (error) {
    if (!(error instanceof HeatmineError) || error.code !== 'MESSAGE_INVALID') throw error;
    throw fault(base, error.message, error);
  }
}

async function readJson(response: Response, base: string, signal: AbortSignal): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of piecesOf(response, base, signal)) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw fault(base, 'the answer is too large');
    parts.push(part);
  }
  return parseJson(Buffer.concat(parts).toString('utf8'), base);
}

function parseJson(text: string, base: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault(base, 'not JSON', error);
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown, base: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw fault(base, `not what the API says: ${issue?.path.join('.')}: ${issue?.message}`);
}

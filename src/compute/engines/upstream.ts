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
import { readEvents } from '../sse.ts';

const START_LIMIT_MS = 60_000;
const MAX_BODY_BYTES = 16_000_000;
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
  data: z.array(z.object({ id: z.string().min(1).max(200), max_model_len: z.int().positive().optional() })).max(1000),
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

/** What the server offers. @throws HeatmineError BUSY when it does not answer, MESSAGE_INVALID on nonsense. */
export async function upstreamModels(base: string, signal: AbortSignal): Promise<z.infer<typeof Models>['data']> {
  const response = await call(base, 'models', undefined, signal);
  return parse(Models, await readJson(response), base).data;
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
    for await (const data of readEvents(bodyOf(response, base))) {
      const chunk = parse(Chunk, parseJson(data, base), base);
      if (chunk.error) throw new HeatmineError('BUSY', `${base}: ${chunk.error.message}`);
      usage = chunk.usage ?? usage;
      const choice = chunk.choices[0];
      if (choice?.finish_reason === 'length') finish = 'length';
      for (const call of choice?.delta?.tool_calls ?? []) addDelta(calls, call);
      const text = choice?.delta?.content;
      // Servers send a chunk a token as a rule; the exact count comes with the usage.
      if (text) yield { text, tokens: 1 };
    }
    if (!usage) throw new HeatmineError('MESSAGE_INVALID', `${base}: the stream ended without its usage`);
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
      const { data, usage } = parse(Embeddings, await readJson(response), base);
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
    throw new HeatmineError('BUSY', `upstream ${base} does not answer: ${messageOf(cause)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) return response;
  const failure = Failure.safeParse(await readJson(response).catch(() => undefined));
  const message = failure.success ? failure.data.error.message : `HTTP ${response.status}`;
  throw new HeatmineError(
    codeOf(response.status, failure.success ? failure.data.error.code : undefined, message),
    `upstream ${base}: ${message.slice(0, 300)}`,
  );
}

function codeOf(status: number, code: unknown, message: string): ErrorCode {
  if (code === 'context_length_exceeded' || /context (length|size|window)/i.test(message)) return 'CONTEXT_LENGTH';
  if (code === 'no_power') return 'NO_POWER';
  if (status === 404) return 'EXPERT_UNKNOWN';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 401 || status === 403) return 'UNAUTHORISED';
  return status >= 500 ? 'BUSY' : 'MESSAGE_INVALID';
}

function bodyOf(response: Response, base: string): AsyncIterable<Uint8Array> {
  if (!response.body) throw new HeatmineError('MESSAGE_INVALID', `${base}: an answer without a body`);
  return response.body;
}

async function readJson(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of bodyOf(response, response.url)) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new HeatmineError('MESSAGE_INVALID', `${response.url}: the answer is too large`);
    parts.push(part);
  }
  return parseJson(Buffer.concat(parts).toString('utf8'), response.url);
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HeatmineError('MESSAGE_INVALID', `${where}: not JSON`, { cause: error });
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HeatmineError('MESSAGE_INVALID', `${where}: ${parsed.error.issues[0]?.message ?? 'unknown shape'}`);
}

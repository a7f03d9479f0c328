import { z } from 'zod';
import type { Question } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import type { Listed } from './listed.ts';
import { chatRequest, parse } from './openai.ts';
import { Drawn, MAX_TOKENS, never, stopText, withoutTag } from './openai-fields.ts';
import { text } from './openai-messages.ts';

/**
 * Ollama's own requests (https://github.com/ollama/ollama/blob/main/docs/api.md), told as the OpenAI ones they mean, so
 * that one set of rules checks both. What sizes the engine (num_gpu, use_mmap …) is ours to choose and ignored, num_ctx
 * with it: Ollama itself makes it the model's where it asks for more, clients send it always, and a text that does not fit
 * is refused here, never cut.
 */
const MOST_STOPS = 16;
const stops = z
  .union([stopText.transform((one) => [one]), z.array(stopText)], 'must be texts of at most 256 characters')
  .refine((list) => list.length <= MOST_STOPS, `at most ${MOST_STOPS}`);
const Options = z
  .object({
    ...Drawn,
    /** Below 1: as many as the expert says at most. */
    num_predict: z.int().max(MAX_TOKENS).nullish(),
    penalize_newline: z.literal(true, 'line breaks are punished like all else').nullish(),
    stop: stops.nullish(),
  })
  .nullish();
const KEEP_ALIVE = /^[-+]?(\d+(\.\d*)?|(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+)$/;
const Common = {
  model: z.string().min(1).max(200).optional(),
  name: z.string().min(1).max(200).optional(),
  /** A hint but for 0: demand says who stays in memory. */
  keep_alive: z.union([z.number(), z.string().max(64).regex(KEEP_ALIVE)], 'seconds, or a time such as 5m').nullish(),
};
const none = (why: string) => z.array(z.unknown()).max(0, why).nullish();
const images = none('images cannot be read here');
const Asking = {
  ...Common,
  stream: z.boolean().nullish(),
  options: Options,
  format: z
    .union([z.literal(''), z.literal('json'), z.record(z.string(), z.unknown())], '"json" or a JSON Schema')
    .nullish(),
  think: z.literal(false, 'no expert here thinks aloud: leave it out').nullish(),
  logprobs: z.literal(false, 'likelihoods are not told here').nullish(),
  top_logprobs: z.literal(0, 'likelihoods are not told here').nullish(),
};
const ChatMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: text.nullish(),
  images,
  tool_calls: z
    .array(z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) }))
    .max(64)
    .nullish(),
});
const Chat = z.object({
  ...Asking,
  messages: z.array(ChatMessage).max(1024).nullish(),
  tools: z.array(z.unknown()).max(128).nullish(),
});
const Generate = z.object({
  ...Asking,
  prompt: text.nullish(),
  system: text.nullish(),
  images,
  suffix: z.literal('', 'nothing is filled in before a given end: ask with prompt alone').nullish(),
  raw: z.literal(false, 'an expert is asked in the words it was trained on: leave it out').nullish(),
  template: z.literal('', 'an expert is asked in the words that /api/show tells: leave it out').nullish(),
  context: none('no answer gives one: send what was said before as messages to /api/chat'),
});
const Embed = z.object({
  ...Common,
  input: z
    .union(
      [text.transform((one) => (one ? [one] : [])), z.array(text.min(1, 'a text is empty')).max(2048)],
      'must be a text or a list of at most 2048 texts, none empty',
    )
    .optional(),
  prompt: text.optional(),
  dimensions: never('dimensions', 'a vector is as long as the model makes it'),
});
const Named = z.object({ model: Common.model, name: Common.name });

export interface Asked {
  /** As it was named. */
  model: string;
  expert: string;
  stream: boolean;
  /** Undefined: the model is only to be loaded, or to go. */
  question: Question | undefined;
  /** `keep_alive: 0`: out of memory afterwards, unless others use it. */
  goes: boolean;
}

export function namedModel(body: unknown): string {
  const { model, name } = parse(Named, body);
  return withoutTag(nameOf(model, name));
}

function nameOf(model: string | undefined, name: string | undefined): string {
  const given = model ?? name;
  if (given === undefined) throw new BadRequest('model: which one?', 'model');
  return given;
}

export function chatAsked(body: unknown): Asked {
  const chat = parse(Chat, body);
  /** Calls have no names of their own here: results come in their order. */
  let open: string[] = [];
  const messages = (chat.messages ?? []).map(({ role, content, tool_calls: calls }, at) => {
    const said = { role, content: content ?? '' };
    if (role === 'tool') return { ...said, tool_call_id: open.shift() ?? `${at}` };
    if (!calls?.length) return said;
    const tool_calls = calls.map(({ function: f }, i) => ({
      id: `${at}-${i}`,
      type: 'function',
      function: { name: f.name, arguments: JSON.stringify(f.arguments ?? {}) },
    }));
    open = tool_calls.map(({ id }) => id);
    return { ...said, tool_calls };
  });
  return askedOf(chat, messages, chat.tools?.length ? { tools: chat.tools } : {});
}

export function generateAsked(body: unknown): Asked {
  const { prompt, system, ...rest } = parse(Generate, body);
  const told = system ? [{ role: 'system', content: system }] : [];
  return askedOf(rest, prompt ? [...told, { role: 'user', content: prompt }] : [], {});
}

const goes = (keepAlive: string | number | null | undefined): boolean =>
  keepAlive === 0 || (typeof keepAlive === 'string' && !/[1-9]/.test(keepAlive));

type Shared = Pick<z.infer<typeof Chat>, 'model' | 'name' | 'stream' | 'options' | 'format' | 'keep_alive'>;

function askedOf({ model, name, stream, options, format, keep_alive }: Shared, messages: object[], rest: object) {
  const given = nameOf(model, name);
  const asked = { model: given, expert: withoutTag(given), stream: stream !== false, goes: goes(keep_alive) };
  if (messages.length === 0) return { ...asked, question: undefined };
  const { num_predict: limit, stop, seed, penalize_newline: _, ...drawn } = options ?? {};
  const body = {
    model: given,
    messages,
    ...drawn,
    ...(limit && limit > 0 ? { max_tokens: limit } : {}),
    // Below 0: drawn anew each time.
    ...(seed !== undefined && seed !== null && seed >= 0 ? { seed } : {}),
    ...(format ? { response_format: formatOf(format) } : {}),
    ...rest,
  };
  const { question } = chatRequest(body).choices[0];
  return { ...asked, question: { ...question, stop: (stop ?? []).filter((one) => one !== '') } };
}

const formatOf = (format: string | object) =>
  typeof format === 'string'
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { name: 'answer', schema: format } };

export function embedAsked(body: unknown) {
  const { model, name, input, prompt, keep_alive } = parse(Embed, body);
  const given = nameOf(model, name);
  const texts = input ?? (prompt ? [prompt] : []);
  return { model: given, expert: withoutTag(given), texts, goes: goes(keep_alive) };
}

/** llama.cpp's numbers for the mixes of quantisation (enum llama_ftype in its llama.h), those in use today. */
const FILE_TYPES: Record<number, string> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 7: 'Q8_0', 8: 'Q5_0', 9: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K_S' },
  ...{ 12: 'Q3_K_M', 13: 'Q3_K_L', 14: 'Q4_K_S', 15: 'Q4_K_M', 16: 'Q5_K_S', 17: 'Q5_K_M', 18: 'Q6_K', 32: 'BF16' },
};

function sizeText(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)}B`;
  return parameters >= 1e6 ? `${(parameters / 1e6).toFixed(1)}M` : `${(parameters / 1e3).toFixed(0)}K`;
}

type Told = Pick<
  Listed,
  'id' | 'engine' | 'architecture' | 'parameters' | 'contextTokens' | 'fileType' | 'modifiedMs' | 'sizeBytes' | 'sha256'
>;
/** What picks an expert is picked from a list like one. */
export const AUTO: Told = {
  ...{ id: 'auto', engine: 'auto', architecture: 'auto', parameters: 0, contextTokens: 0, fileType: undefined },
  ...{ modifiedMs: 0, sizeBytes: 0, sha256: '' },
};
/** Clients cut twelve digits off, also of what has no weights here. */
const NO_DIGEST = '0'.repeat(64);

export const detailsOf = ({ architecture, parameters, fileType, engine }: Told) => ({
  parent_model: '',
  format: engine === 'llama' ? 'gguf' : engine,
  family: architecture,
  families: [architecture],
  parameter_size: sizeText(parameters),
  quantization_level: FILE_TYPES[fileType ?? -1] ?? 'unknown',
});

export function tagOf(listed: Told) {
  const name = `${listed.id}:latest`;
  return {
    ...{ name, model: name, modified_at: new Date(listed.modifiedMs).toISOString(), size: listed.sizeBytes },
    digest: listed.sha256 || NO_DIGEST,
    details: detailsOf(listed),
  };
}

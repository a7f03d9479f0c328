import type { z } from 'zod';
import type { Question, Wish } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import { Chat, Completion, Embedding, MAX_DEADLINE_S, MOST_CHOICES } from './openai-fields.ts';
import { messageOf } from './openai-messages.ts';
import type { Message } from './prompt.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import { PLAIN, type Shape } from './tools.ts';

const MOST_BIASES = 300;
const REPEAT_LAST_N = 64;
/** Where the asker does not say. */
const ECONOMY_DEADLINE_S = 600;

export interface Choice {
  question: Question;
  /** Said before the answer: the prompt, where it is wanted back. */
  prefix: string;
}

export interface Request {
  choices: readonly [Choice, ...Choice[]];
  /** How many choices each prompt has; they stand together. */
  perPrompt: number;
  stream: boolean;
  includeUsage: boolean;
}

/** The first fault as a BadRequest, with the path of the field. */
export function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.').slice(0, 200) || null;
  throw new BadRequest(`${param ? `${param}: ` : ''}${issue?.message ?? 'unknown shape'}`, param);
}

type Sampled = z.infer<typeof Completion> | z.infer<typeof Chat>;

/** Alike for all choices. */
function sampledOf(body: Sampled, maxTokens: number | null | undefined): Omit<Question, 'messages' | 'shape' | 'wire'> {
  const { model, temperature, top_p: topP, top_k: topK, min_p: minP, stop } = body;
  const penalties = penaltiesOf(body);
  const bias = Object.entries(body.logit_bias ?? {}).map(([token, logit]) => [Number(token), logit] as const);
  if (bias.length > MOST_BIASES) throw new BadRequest(`logit_bias: at most ${MOST_BIASES} tokens`, 'logit_bias');
  return {
    expert: model,
    ...wishOf(body),
    stop: stop === null || stop === undefined ? [] : [stop].flat().filter((s) => s !== ''),
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(topK && topK > 0 ? { topK } : {}),
    ...(minP ? { minP } : {}),
    ...(penalties ? { penalties } : {}),
    ...(bias.length ? { bias } : {}),
  };
}

/** Undefined where nothing is punished. */
function penaltiesOf(body: Sampled): Question['penalties'] {
  const { presence_penalty: presence, frequency_penalty: frequency, repeat_penalty: repeat } = body;
  const { repeat_last_n: last } = body;
  if (last === 0 || !(presence || frequency || (repeat && repeat !== 1))) return undefined;
  // OpenAI's penalties look at all of an answer, llama.cpp's own at the last words.
  const most = last ?? (presence || frequency ? -1 : REPEAT_LAST_N);
  const lastTokens = most > 0 ? { lastTokens: most } : {};
  return { presence: presence ?? 0, frequency: frequency ?? 0, repeat: repeat ?? 1, ...lastTokens };
}

type Asking = Pick<Question, 'messages' | 'shape' | 'wire'>;

/** Choices of one prompt are drawn apart, each from a seed of its own where there is one. */
function requestOf(body: Sampled, each: readonly (Asking & { prefix: string })[], maxTokens?: number | null): Request {
  const { n, seed, stream, stream_options: options } = body;
  const sampled = sampledOf(body, maxTokens);
  const perPrompt = n ?? 1;
  const choices = each.flatMap(({ prefix, ...asking }) =>
    Array.from({ length: perPrompt }, (_, at) => {
      // The engine takes 32 bits; clients draw from more.
      const own = typeof seed === 'number' ? { seed: ((seed >>> 0) + at) >>> 0 } : {};
      return { question: { ...sampled, ...asking, ...own }, prefix };
    }),
  );
  if (choices.length > MOST_CHOICES) throw new BadRequest(`n: at most ${MOST_CHOICES} choices in all`, 'n');
  return {
    choices: choices as unknown as Request['choices'],
    perPrompt,
    stream: stream === true,
    includeUsage: options?.include_usage === true,
  };
}

function wishOf({ service_tier, heatmine }: Pick<Sampled, 'service_tier' | 'heatmine'>): Wish {
  const economy = service_tier === 'flex';
  const mostS = economy ? MAX_DEADLINE_S : STANDARD_DEADLINE_S;
  const deadlineS = heatmine?.deadline_s ?? (economy ? ECONOMY_DEADLINE_S : STANDARD_DEADLINE_S);
  const tier = economy ? 'economy' : 'standard';
  return { tier, deadlineS: Math.min(deadlineS, mostS), forwarded: heatmine?.forwarded === true };
}

/** What an upstream that speaks the API itself is told in its own words. */
function wireOf(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
}

const tuned = (body: Sampled) => {
  const { presence_penalty, frequency_penalty, logit_bias, top_k, min_p, repeat_penalty, repeat_last_n } = body;
  return { presence_penalty, frequency_penalty, logit_bias, top_k, min_p, repeat_penalty, repeat_last_n };
};

export function chatRequest(body: unknown): Request {
  const chat = parse(Chat, body);
  const {
    messages: list,
    tools,
    tool_choice,
    parallel_tool_calls,
    response_format,
    reasoning_effort,
    verbosity,
  } = chat;
  const shaping = { tools, tool_choice, parallel_tool_calls, response_format, reasoning_effort, verbosity };
  const wire = wireOf({ messages: list, ...shaping, ...tuned(chat) });
  const asking = { messages: list.map(messageOf), shape: shapeOf(chat), wire, prefix: '' };
  return requestOf(chat, [asking], chat.max_completion_tokens ?? chat.max_tokens);
}

function shapeOf(chat: z.infer<typeof Chat>): Shape {
  const { tools: list, tool_choice: choice, response_format: wanted } = chat;
  const allowed = typeof choice === 'object' && choice?.type === 'allowed_tools' ? choice.allowed_tools : undefined;
  const named = typeof choice === 'object' && choice?.type === 'function' ? [choice] : (allowed?.tools ?? []);
  for (const { function: f } of named)
    if (!list?.some((tool) => tool.function.name === f.name))
      throw new BadRequest(`tool_choice: "${f.name}" is none of the tools`, 'tool_choice');
  const tools = (list ?? [])
    .filter(({ function: f }) => !allowed || allowed.tools.some((one) => one.function.name === f.name))
    .map(({ function: { name, description, parameters, strict } }) => {
      return { name, description: description ?? '', parameters: parameters ?? {}, strict: strict === true };
    });
  const must = choice === 'required' || allowed?.mode === 'required';
  if (must && tools.length === 0) throw new BadRequest('tool_choice: there are no tools', 'tools');
  return {
    tools: choice === 'none' ? [] : tools,
    choice: named[0] && !allowed ? { name: named[0].function.name } : must ? 'required' : 'auto',
    parallel: chat.parallel_tool_calls !== false,
    format: formatOf(wanted),
  };
}

function formatOf(wanted: z.infer<typeof Chat>['response_format']): Shape['format'] {
  if (wanted?.type === 'json_object') return 'json';
  if (wanted?.type !== 'json_schema') return 'text';
  return { schema: wanted.json_schema.schema, strict: wanted.json_schema.strict === true };
}

/** The prompt is wrapped like a question: an expert bounded by a grammar stays bounded. */
export function completionRequest(body: unknown): Request {
  const completion = parse(Completion, body);
  const each = completion.prompt.map((prompt) => {
    const messages: Message[] = [{ role: 'user', content: prompt }];
    const wire = wireOf({ messages, ...tuned(completion) });
    return { messages, shape: PLAIN, wire, prefix: completion.echo ? prompt : '' };
  });
  return requestOf(completion, each, completion.max_tokens);
}

export const embeddingRequest = (body: unknown) => parse(Embedding, body);

import { z } from 'zod';
import type { Question, Wish } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import { ChatMessage, messageOf, text } from './openai-messages.ts';
import type { Message } from './prompt.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import { PLAIN, type Shape } from './tools.ts';

/**
 * Requests of the OpenAI API, as far as these experts can honour them (https://platform.openai.com/docs/api-reference).
 * Fields that only concern the accounting (user, store …) are ignored; what would change the meaning is honoured or refused.
 */
/** Of Ollama: `NAME:latest` and `NAME` are the same. Clients list by one API and ask by the other. */
export const withoutTag = (name: string): string => name.replace(/:latest$/, '');

const MAX_MESSAGES = 1024;
/** As many as are computed in one batch. */
const MOST_CHOICES = 8;
const MOST_BIASES = 300;
const MAX_TOKENS = 16_777_216;
/** Where the asker does not say, and the most that may be asked. */
const ECONOMY_DEADLINE_S = 600;
const MAX_DEADLINE_S = 3600;
const never = (what: string) => z.null(`${what} is not supported here`);
const tokens = z.int().min(1).max(MAX_TOKENS).nullish();

const Common = {
  model: z.string().min(1).max(200).transform(withoutTag),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string().max(256), z.array(z.string().max(256)).max(4)], 'at most 4 strings').nullish(),
  max_tokens: tokens,
  /** `flex`: cheaper, and answered when there are watts that are free. */
  service_tier: z.enum(['auto', 'default', 'flex', 'priority', 'scale']).nullish(),
  heatmine: z
    .object({ deadline_s: z.number().min(1).max(MAX_DEADLINE_S).nullish(), forwarded: z.boolean().nullish() })
    .nullish(),
  n: z.int().min(1).max(MOST_CHOICES, `at most ${MOST_CHOICES} choices`).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  /** By token of the expert's own tokenizer. */
  logit_bias: z.record(z.string().regex(/^\d{1,7}$/), z.number().min(-100).max(100)).nullish(),
};
const toolName = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, _ and -, at most 64');
const ToolList = z
  .array(
    z.object({
      type: z.literal('function', 'only functions can be called'),
      function: z.object({
        name: toolName,
        description: z.string().max(20_000).nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
      }),
    }),
  )
  .max(128);
const Named = z.object({ type: z.literal('function'), function: z.object({ name: toolName }) });
const ToolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    Named,
    z.object({
      type: z.literal('allowed_tools'),
      allowed_tools: z.object({ mode: z.enum(['auto', 'required']), tools: z.array(Named).max(128) }),
    }),
  ],
  'none, auto, required, a function by name, or allowed_tools',
);
const ResponseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().max(64),
      schema: z.record(z.string(), z.unknown()).default({ type: 'object' }),
      strict: z.boolean().nullish(),
    }),
  }),
]);
const Chat = z.object({
  ...Common,
  max_completion_tokens: tokens,
  messages: z.array(ChatMessage).min(1).max(MAX_MESSAGES),
  tools: ToolList.nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  functions: never('functions').optional(),
  logprobs: z.literal(false, 'logprobs are not supported here').nullish(),
  response_format: ResponseFormat.nullish(),
});
const Completion = z.object({
  ...Common,
  prompt: z.union(
    [text.transform((one) => [one]), z.array(text).min(1).max(MOST_CHOICES)],
    `a text or a list of at most ${MOST_CHOICES} texts; tokens of another tokenizer cannot be read`,
  ),
  suffix: never('suffix').optional(),
  echo: z.boolean().nullish(),
  best_of: z.literal(1, 'only one choice can be made').nullish(),
  logprobs: never('logprobs').optional(),
});
const Embedding = z.object({
  model: z.string().min(1).max(200).transform(withoutTag),
  input: z.union(
    [text.min(1).transform((one) => [one]), z.array(text.min(1)).min(1).max(2048)],
    'a text or a list of at most 2048 texts, none empty; tokens of another tokenizer cannot be read',
  ),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: never('dimensions').optional(),
});

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
  const { model, temperature, top_p: topP, stop, presence_penalty: presence, frequency_penalty: frequency } = body;
  const bias = Object.entries(body.logit_bias ?? {}).map(([token, logit]) => [Number(token), logit] as const);
  if (bias.length > MOST_BIASES) throw new BadRequest(`logit_bias: at most ${MOST_BIASES} tokens`, 'logit_bias');
  return {
    expert: model,
    ...wishOf(body),
    stop: stop === null || stop === undefined ? [] : [stop].flat().filter((s) => s !== ''),
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(presence || frequency ? { penalties: { presence: presence ?? 0, frequency: frequency ?? 0 } } : {}),
    ...(bias.length ? { bias } : {}),
  };
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
      const own = typeof seed === 'number' ? { seed: (seed + at) >>> 0 } : {};
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

const tuned = ({ presence_penalty, frequency_penalty, logit_bias }: Sampled) => ({
  presence_penalty,
  frequency_penalty,
  logit_bias,
});

export function chatRequest(body: unknown): Request {
  const chat = parse(Chat, body);
  const { messages: list, tools, tool_choice, parallel_tool_calls, response_format } = chat;
  const wire = wireOf({ messages: list, tools, tool_choice, parallel_tool_calls, response_format, ...tuned(chat) });
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

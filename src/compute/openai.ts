import { z } from 'zod';
import type { Question, Wish } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import type { Message } from './prompt.ts';
import { STANDARD_DEADLINE_S } from './scheduler/decide.ts';
import { PLAIN, type Shape } from './tools.ts';

/**
 * Requests of the OpenAI API, as far as these experts can honour them (https://platform.openai.com/docs/api-reference).
 * Fields that only tune the sampling or the accounting (penalties, user …) are ignored; what would change the meaning
 * is honoured or refused.
 */
const MAX_TEXT_CHARS = 1_000_000;
const MAX_MESSAGES = 1024;
const MAX_TOKENS = 16_777_216;
/** Where the asker does not say, and the most that may be asked. */
const ECONOMY_DEADLINE_S = 600;
const MAX_DEADLINE_S = 3600;
const text = z.string().max(MAX_TEXT_CHARS);
const TextPart = z.object({ type: z.literal('text', 'only parts of type "text" can be read here'), text });
const Content = z
  .union([text, z.array(TextPart).max(256)], 'a string or a list of text parts')
  .transform((content) => {
    return typeof content === 'string' ? content : content.map((part) => part.text).join('');
  })
  .refine((whole) => whole.length <= MAX_TEXT_CHARS, `at most ${MAX_TEXT_CHARS} characters`);
const never = (what: string) => z.null(`${what} is not supported here`);
const tokens = z.int().min(1).max(MAX_TOKENS).nullish();

const Common = {
  model: z.string().min(1).max(200),
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
  n: z.literal(1, 'only one choice can be made').nullish(),
};
const Called = z.object({
  id: z.string().max(200),
  type: z.literal('function').optional(),
  function: z.object({ name: z.string().max(64), arguments: text }),
});
const ChatMessage = z.union(
  [
    z.object({
      role: z.enum(['system', 'developer', 'user']),
      content: Content,
    }),
    z.object({
      role: z.literal('assistant'),
      content: Content.nullish(),
      tool_calls: z.array(Called).max(64).nullish(),
    }),
    z.object({ role: z.literal('tool'), tool_call_id: z.string().max(200), content: Content }),
  ],
  'a message of role system, developer, user, assistant or tool, its content a string or text parts',
);
const toolName = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, _ and -, at most 64');
const ToolList = z
  .array(
    z.object({
      type: z.literal('function', 'only functions can be called'),
      function: z.object({
        name: toolName,
        description: z.string().max(20_000).nullish(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
      }),
    }),
  )
  .max(128);
const ToolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: toolName }) }),
  ],
  'none, auto, required, or a function by name',
);
const ResponseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string().max(64), schema: z.record(z.string(), z.unknown()) }),
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
    [
      text,
      z
        .array(text)
        .length(1)
        .transform((list) => list[0] ?? ''),
    ],
    'one prompt as text: neither several nor tokens',
  ),
  suffix: never('suffix').optional(),
  echo: z.literal(false, 'echo is not supported here').nullish(),
  best_of: z.literal(1, 'only one choice can be made').nullish(),
  logprobs: never('logprobs').optional(),
});
const Embedding = z.object({
  model: z.string().min(1).max(200),
  input: z.union(
    [text.min(1).transform((one) => [one]), z.array(text.min(1)).min(1).max(2048)],
    'a text or a list of at most 2048 texts, none empty; tokens of another tokenizer cannot be read',
  ),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: never('dimensions').optional(),
});

export interface Request {
  question: Question;
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

function requestOf(body: Sampled, rest: Pick<Question, 'messages' | 'shape' | 'wire'>, maxTokens?: number | null) {
  const { model, temperature, top_p: topP, seed, stop, stream, stream_options: options } = body;
  const question: Question = {
    expert: model,
    ...wishOf(body),
    ...rest,
    stop: stop === null || stop === undefined ? [] : [stop].flat().filter((s) => s !== ''),
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    // The engine takes 32 bits; clients draw from more.
    ...(typeof seed === 'number' ? { seed: seed >>> 0 } : {}),
  };
  return { question, stream: stream === true, includeUsage: options?.include_usage === true };
}

function wishOf({ service_tier, heatmine }: Pick<Sampled, 'service_tier' | 'heatmine'>): Wish {
  const economy = service_tier === 'flex';
  const mostS = economy ? MAX_DEADLINE_S : STANDARD_DEADLINE_S;
  const deadlineS = heatmine?.deadline_s ?? (economy ? ECONOMY_DEADLINE_S : STANDARD_DEADLINE_S);
  const tier = economy ? 'economy' : 'standard';
  return { tier, deadlineS: Math.min(deadlineS, mostS), forwarded: heatmine?.forwarded === true };
}

export function chatRequest(body: unknown): Request {
  const chat = parse(Chat, body);
  const { messages: list, tools, tool_choice, parallel_tool_calls, response_format } = chat;
  const given = { tools, tool_choice, parallel_tool_calls, response_format };
  const wire = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  const rest = { messages: list.map(messageOf), shape: shapeOf(chat), wire: { messages: list, ...wire } };
  return requestOf(chat, rest, chat.max_completion_tokens ?? chat.max_tokens);
}

function messageOf(message: z.infer<typeof ChatMessage>): Message {
  if (message.role === 'tool') return { role: 'tool', content: message.content };
  if (message.role !== 'assistant') {
    return { role: message.role === 'developer' ? 'system' : message.role, content: message.content };
  }
  const calls = (message.tool_calls ?? []).map(
    ({ function: f }) => `{"name": ${JSON.stringify(f.name)}, "arguments": ${f.arguments}}`,
  );
  return { role: 'assistant', content: [message.content ?? '', ...calls].filter(Boolean).join('\n') };
}

function shapeOf(chat: z.infer<typeof Chat>): Shape {
  const { tools: list, tool_choice: choice, response_format: wanted } = chat;
  const tools = (list ?? []).map(({ function: { name, description, parameters } }) => {
    return { name, description: description ?? '', parameters: parameters ?? {} };
  });
  const named = typeof choice === 'object' && choice !== null ? choice.function.name : undefined;
  if (named !== undefined && !tools.some((tool) => tool.name === named))
    throw new BadRequest(`tool_choice: "${named}" is none of the tools`, 'tool_choice');
  if (choice === 'required' && tools.length === 0) throw new BadRequest('tool_choice: there are no tools', 'tools');
  const format =
    wanted?.type === 'json_schema' ? { schema: wanted.json_schema.schema } : wanted?.type === 'json_object' && 'json';
  return {
    tools: choice === 'none' ? [] : tools,
    choice: named !== undefined ? { name: named } : choice === 'required' ? 'required' : 'auto',
    parallel: chat.parallel_tool_calls !== false,
    format: format || 'text',
  };
}

/** The prompt is wrapped like a question: an expert bounded by a grammar stays bounded. */
export function completionRequest(body: unknown): Request {
  const completion = parse(Completion, body);
  const messages: Message[] = [{ role: 'user', content: completion.prompt }];
  return requestOf(completion, { messages, shape: PLAIN, wire: { messages } }, completion.max_tokens);
}

export const embeddingRequest = (body: unknown) => parse(Embedding, body);

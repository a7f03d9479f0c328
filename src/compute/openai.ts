import { z } from 'zod';
import type { AnswerMeter } from '../contract/compute-api.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Question } from './answer.ts';
import type { Message } from './prompt.ts';

/**
 * Requests of the OpenAI API, as far as these experts can honour them (https://platform.openai.com/docs/api-reference).
 * Sampling fields we do not have (top_p, penalties, user ...) are ignored; what would change the meaning is refused.
 */
const MAX_TEXT_CHARS = 200_000;
const text = z.string().max(MAX_TEXT_CHARS);
const Content = z.union([
  text,
  z
    .array(z.object({ type: z.literal('text'), text }))
    .max(64)
    .transform((parts) => parts.map((p) => p.text).join(''))
    .pipe(text),
]);
const never = (what: string) => z.undefined(`${what} is not supported here`).or(z.null());
const Common = {
  model: z.string().min(1).max(200),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  seed: z.int().min(-2_147_483_648).max(4_294_967_295).nullish(),
  stop: z.union([z.string().max(64), z.array(z.string().max(64)).max(4)]).nullish(),
  max_tokens: z.int().min(1).max(65_536).nullish(),
  n: z.literal(1, 'only one choice can be made').nullish(),
};
const Chat = z.object({
  ...Common,
  max_completion_tokens: z.int().min(1).max(65_536).nullish(),
  messages: z
    .array(z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: Content }))
    .min(1)
    .max(64),
  tools: never('tools').optional(),
  functions: never('functions').optional(),
  logprobs: z.literal(false, 'logprobs are not supported here').nullish(),
  response_format: z.object({ type: z.literal('text', 'only text can be answered') }).nullish(),
});
const Completion = z.object({
  ...Common,
  prompt: z.union([
    text,
    z
      .array(text)
      .length(1, 'one prompt at a time')
      .transform((list) => list[0] ?? ''),
  ]),
  suffix: never('suffix').optional(),
  echo: z.literal(false, 'echo is not supported here').nullish(),
  logprobs: never('logprobs').optional(),
});
const Embedding = z.object({
  model: z.string().min(1).max(200),
  input: z.union([text.min(1).transform((one) => [one]), z.array(text.min(1)).min(1).max(256)]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: never('dimensions').optional(),
});

export interface Request {
  question: Question;
  stream: boolean;
  includeUsage: boolean;
}

/** The first fault, with the path of the field as `param`. */
export class BadRequest extends HeatmineError {
  readonly param: string | null;
  constructor(message: string, param: string | null) {
    super('MESSAGE_INVALID', message);
    this.param = param;
  }
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') || null;
  throw new BadRequest(`${param ? `${param}: ` : ''}${issue?.message ?? 'unknown shape'}`, param);
}

function questionOf(
  body: z.infer<typeof Completion> | z.infer<typeof Chat>,
  messages: Message[],
  maxTokens?: number | null,
) {
  const { model, temperature, seed, stop, stream, stream_options: options } = body;
  const question: Question = {
    expert: model,
    messages,
    stop: stop === null || stop === undefined ? [] : [stop].flat().filter((s) => s !== ''),
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof seed === 'number' ? { seed } : {}),
  };
  return { question, stream: stream === true, includeUsage: options?.include_usage === true };
}

export function chatRequest(body: unknown): Request {
  const chat = parse(Chat, body);
  const messages = chat.messages.map(
    ({ role, content }): Message => ({
      role: role === 'developer' ? 'system' : role,
      content,
    }),
  );
  return questionOf(chat, messages, chat.max_completion_tokens ?? chat.max_tokens);
}

/** The prompt is wrapped like a question: an expert bounded by a grammar stays bounded. */
export function completionRequest(body: unknown): Request {
  const completion = parse(Completion, body);
  return questionOf(completion, [{ role: 'user', content: completion.prompt }], completion.max_tokens);
}

export const embeddingRequest = (body: unknown) => parse(Embedding, body);

export const usageOf = ({ promptTokens, answerTokens }: AnswerMeter) => ({
  prompt_tokens: promptTokens,
  completion_tokens: answerTokens,
  total_tokens: promptTokens + answerTokens,
});

export type Kind = 'chat' | 'completion';
export interface Head {
  id: string;
  created: number;
  model: string;
}

export function choiceOf(kind: Kind, text: string, finish: string) {
  const content = kind === 'chat' ? { message: { role: 'assistant', content: text, refusal: null } } : { text };
  return { index: 0, ...content, logprobs: null, finish_reason: finish };
}

export const bodyOf = (kind: Kind, head: Head, rest: object) => ({
  ...head,
  object: kind === 'chat' ? 'chat.completion' : 'text_completion',
  ...rest,
});

export function chunkOf(kind: Kind, head: Head, text: string | undefined, finish: string | null, first: boolean) {
  const delta = { ...(first ? { role: 'assistant' } : {}), ...(text === undefined ? {} : { content: text }) };
  const content = kind === 'chat' ? { delta } : { text: text ?? '' };
  return {
    ...head,
    object: kind === 'chat' ? 'chat.completion.chunk' : 'text_completion',
    choices: [{ index: 0, ...content, logprobs: null, finish_reason: finish }],
  };
}

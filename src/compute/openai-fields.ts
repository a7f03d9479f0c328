import { z } from 'zod';
import { MOST_PUNISHED } from './engine.ts';
import { ChatMessage, text } from './openai-messages.ts';

/**
 * The fields of OpenAI's requests, as far as these experts can honour them (https://platform.openai.com/docs/api-reference).
 * What only concerns the accounting (user, store …) or is a hint is ignored; what would change the meaning is honoured or refused.
 */

/** Of Ollama: `NAME:latest` and `NAME` are the same. Clients list by one API and ask by the other. */
export const withoutTag = (name: string): string => name.replace(/:latest$/, '');

const MAX_MESSAGES = 1024;
/** As many as are computed in one batch. */
export const MOST_CHOICES = 8;
export const MAX_TOKENS = 16_777_216;
export const MAX_DEADLINE_S = 3600;
const MAX_STOP_CHARS = 256;
const tokens = z.int().min(1).max(MAX_TOKENS).nullish();

/** Null, or what stands for it; `instead` is the way out. */
export const never = (what: string, instead = '') =>
  z.null(`${what} is not supported here${instead && `: ${instead}`}`).optional();
/** Only the value that asks for nothing. */
const only = <T extends string | number | boolean>(value: T, what: string) =>
  z.literal(value, `${what} is not supported here`).nullish();

export const stopText = z.string().max(MAX_STOP_CHARS);

/** How words are drawn: OpenAI's fields, and those that llama-server and vLLM take beside them. Ollama calls them the same. */
export const Drawn = {
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  /** 0 and -1: all. */
  top_k: z.int().min(-1).max(MAX_TOKENS).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  /** Of 64 bits, as clients draw it. */
  seed: z
    .number()
    .min(-(2 ** 63))
    .max(2 ** 64)
    .refine(Number.isInteger, 'must be a whole number')
    .nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repeat_penalty: z.number().positive().max(10).nullish(),
  /** How many tokens of the answer all penalties look at: -1 all, 0 none. */
  repeat_last_n: z.int().min(-1).max(MOST_PUNISHED).nullish(),
  typical_p: only(1, 'typical_p'),
  tfs_z: only(1, 'tfs_z'),
  mirostat: only(0, 'mirostat'),
};

const Common = {
  model: z.string().min(1).max(200).transform(withoutTag),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  ...Drawn,
  repetition_penalty: never('repetition_penalty', 'send repeat_penalty'),
  stop: z.union([stopText, z.array(stopText).max(4)], 'at most 4 strings').nullish(),
  max_tokens: tokens,
  /** `flex`: cheaper, and answered when there are watts that are free. */
  service_tier: z.enum(['auto', 'default', 'flex', 'priority', 'scale']).nullish(),
  heatmine: z
    .object({ deadline_s: z.number().min(1).max(MAX_DEADLINE_S).nullish(), forwarded: z.boolean().nullish() })
    .nullish(),
  n: z.int().min(1).max(MOST_CHOICES, `at most ${MOST_CHOICES} choices`).nullish(),
  /** By token of the expert's own tokenizer. */
  logit_bias: z.record(z.string().regex(/^\d{1,7}$/), z.number().min(-100).max(100)).nullish(),
};
/** Whose tokens a list of numbers holds does not show: of another tokenizer than the expert's they would be nonsense. */
const SEND_TEXT = 'tokens are not taken, for those of another tokenizer mean other words: send text';
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
export const Chat = z.object({
  ...Common,
  max_completion_tokens: tokens,
  messages: z.array(ChatMessage).min(1).max(MAX_MESSAGES),
  tools: ToolList.nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  functions: never('functions', 'send tools'),
  function_call: never('function_call', 'send tool_choice'),
  logprobs: only(false, 'logprobs'),
  top_logprobs: only(0, 'top_logprobs'),
  modalities: z.array(z.literal('text', 'only text can be made here')).nullish(),
  audio: never('audio'),
  web_search_options: never('web_search_options', 'nothing here searches the web'),
  /** Hints, for models of an upstream that know them. */
  reasoning_effort: z.string().max(64).nullish(),
  verbosity: z.string().max(64).nullish(),
  response_format: ResponseFormat.nullish(),
});
export const Completion = z.object({
  ...Common,
  prompt: z.union(
    [text.transform((one) => [one]), z.array(text).min(1).max(MOST_CHOICES)],
    `a text or a list of at most ${MOST_CHOICES} texts; ${SEND_TEXT}`,
  ),
  suffix: only('', 'suffix'),
  echo: z.boolean().nullish(),
  best_of: z.literal(1, 'only one choice can be made').nullish(),
  logprobs: never('logprobs'),
});
export const Embedding = z.object({
  model: z.string().min(1).max(200).transform(withoutTag),
  input: z.union(
    [text.min(1).transform((one) => [one]), z.array(text.min(1)).min(1).max(2048)],
    `a text or a list of at most 2048 texts, none empty; ${SEND_TEXT} (LangChain: check_embedding_ctx_length=False)`,
  ),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: never('dimensions'),
});

import { z } from 'zod';
import type { Question } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import type { Listed } from './listed.ts';
import { chatRequest, parse, withoutTag } from './openai.ts';

/**
 * Ollama's own requests (https://github.com/ollama/ollama/blob/main/docs/api.md), told as the OpenAI ones they mean, so
 * that one set of rules checks both. Options that size the engine (num_ctx, num_gpu …) are ours to choose and ignored.
 */
const text = z.string().max(1_000_000);
const Options = z
  .object({
    num_predict: z.int().nullish(),
    temperature: z.number().nullish(),
    top_p: z.number().nullish(),
    seed: z.int().nullish(),
    presence_penalty: z.number().nullish(),
    frequency_penalty: z.number().nullish(),
    stop: z.union([text, z.array(text).max(64)]).nullish(),
  })
  .nullish();
const Common = {
  model: z.string().min(1).max(200).optional(),
  name: z.string().min(1).max(200).optional(),
  stream: z.boolean().nullish(),
  options: Options,
  format: z.union([z.literal(''), z.literal('json'), z.record(z.string(), z.unknown())]).nullish(),
  images: z.array(z.unknown()).max(0, 'images cannot be read here').nullish(),
};
const ChatMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: text.nullish(),
  images: z.array(z.unknown()).max(0, 'images cannot be read here').nullish(),
  tool_calls: z
    .array(z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) }))
    .max(64)
    .nullish(),
});
const Chat = z.object({
  ...Common,
  messages: z.array(ChatMessage).max(1024).default([]),
  tools: z.array(z.unknown()).max(128).nullish(),
});
const Generate = z.object({
  ...Common,
  prompt: text.nullish(),
  system: text.nullish(),
  suffix: z.literal('', 'suffix is not supported here').nullish(),
});
const Embed = z.object({
  model: z.string().min(1).max(200),
  input: z.union([text.transform((one) => [one]), z.array(text).max(2048)]).optional(),
  prompt: text.optional(),
});
const Named = z.object({ model: z.string().max(200).optional(), name: z.string().max(200).optional() });

const MAX_STOPS = 4;

export interface Asked {
  model: string;
  stream: boolean;
  /** Undefined: the model is only to be loaded. */
  question: Question | undefined;
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
  const messages = chat.messages.map(({ role, content, tool_calls: calls }, at) => ({
    role,
    content: content ?? '',
    ...(role === 'tool' ? { tool_call_id: `${at}` } : {}),
    ...(calls?.length
      ? {
          tool_calls: calls.map(({ function: f }, i) => ({
            id: `${at}-${i}`,
            function: { name: f.name, arguments: JSON.stringify(f.arguments ?? {}) },
          })),
        }
      : {}),
  }));
  return askedOf(chat, messages, chat.tools?.length ? { tools: chat.tools } : {});
}

export function generateAsked(body: unknown): Asked {
  const { prompt, system, ...rest } = parse(Generate, body);
  const told = system ? [{ role: 'system', content: system }] : [];
  return askedOf(rest, prompt ? [...told, { role: 'user', content: prompt }] : [], {});
}

type Shared = Pick<z.infer<typeof Chat>, 'model' | 'name' | 'stream' | 'options' | 'format'>;

function askedOf({ model, name, stream, options, format }: Shared, messages: object[], rest: object): Asked {
  const given = nameOf(model, name);
  const asked = { model: given, stream: stream !== false };
  if (messages.length === 0) return { ...asked, question: undefined };
  const limit = options?.num_predict ?? 0;
  const body = {
    model: withoutTag(given),
    messages,
    ...(limit > 0 ? { max_tokens: limit } : {}),
    temperature: options?.temperature,
    top_p: options?.top_p,
    seed: options?.seed,
    presence_penalty: options?.presence_penalty,
    frequency_penalty: options?.frequency_penalty,
    stop: [options?.stop ?? []].flat().slice(0, MAX_STOPS),
    ...(format ? { response_format: formatOf(format) } : {}),
    ...rest,
  };
  return { ...asked, question: chatRequest(body).choices[0].question };
}

const formatOf = (format: string | object) =>
  typeof format === 'string'
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { name: 'answer', schema: format } };

export function embedAsked(body: unknown): { model: string; expert: string; texts: string[] } {
  const { model, input, prompt } = parse(Embed, body);
  const texts = (input ?? (prompt === undefined ? [] : [prompt])).filter((one) => one !== '');
  return { model, expert: withoutTag(model), texts };
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

export const detailsOf = ({ architecture, parameters, fileType, engine }: Listed) => ({
  parent_model: '',
  format: engine === 'llama' ? 'gguf' : engine,
  family: architecture,
  families: [architecture],
  parameter_size: sizeText(parameters),
  quantization_level: FILE_TYPES[fileType ?? -1] ?? 'unknown',
});

export function tagOf(listed: Listed) {
  const name = `${listed.id}:latest`;
  return {
    ...{ name, model: name, modified_at: new Date(listed.modifiedMs).toISOString(), size: listed.sizeBytes },
    digest: listed.sha256,
    details: detailsOf(listed),
  };
}

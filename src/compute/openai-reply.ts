import { randomUUID } from 'node:crypto';
import type { AnswerMeter } from '../contract/compute-api.ts';
import type { Start } from './answer.ts';
import type { ToolCall } from './engine.ts';

/** Answers as the OpenAI API shapes them. */
export type Kind = 'chat' | 'completion';
export interface Head {
  id: string;
  created: number;
  model: string;
  system_fingerprint: string;
}

const FINGERPRINT = 'heatmine';

export const headOf = (kind: Kind, model: string): Head => ({
  id: `${kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomUUID()}`,
  created: Math.floor(Date.now() / 1000),
  model,
  system_fingerprint: FINGERPRINT,
});

export const usageOf = ({ promptTokens, answerTokens }: AnswerMeter) => ({
  prompt_tokens: promptTokens,
  completion_tokens: answerTokens,
  total_tokens: promptTokens + answerTokens,
});

const callsOf = (calls: readonly ToolCall[]) =>
  calls.map(({ name, arguments: text }) => ({
    id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'function',
    function: { name, arguments: text },
  }));

export function choiceOf(
  kind: Kind,
  index: number,
  text: string,
  finish: string,
  calls: readonly ToolCall[] | undefined,
) {
  const said = calls ? { content: text || null, tool_calls: callsOf(calls) } : { content: text };
  const content = kind === 'chat' ? { message: { role: 'assistant', ...said, refusal: null } } : { text };
  return { index, ...content, logprobs: null, finish_reason: finish };
}

export const bodyOf = (kind: Kind, head: Head, rest: object) => ({
  ...head,
  object: kind === 'chat' ? 'chat.completion' : 'text_completion',
  ...rest,
});

/** The tier as the API names it. */
export const tierOf = (start: Start | undefined) => ({
  service_tier: start?.tier === 'economy' ? 'flex' : 'default',
});

export const termsOf = (start: Start | undefined) => ({
  why: start?.why ?? '',
  ...(start && {
    eurPerMtoken: start.eurPerMtoken,
    power: start.power,
    weights: start.weights,
    wording: start.wording,
  }),
});

interface ChunkParts {
  index: number;
  text?: string;
  finish?: string;
  first?: boolean;
  calls?: readonly ToolCall[];
}

export function chunkOf(kind: Kind, head: Head, { index, text, finish, first, calls }: ChunkParts) {
  const delta = {
    ...(first ? { role: 'assistant', refusal: null } : {}),
    ...(text === undefined ? {} : { content: text }),
    ...(calls ? { tool_calls: callsOf(calls).map((call, at) => ({ index: at, ...call })) } : {}),
  };
  const content = kind === 'chat' ? { delta } : { text: text ?? '' };
  return {
    ...head,
    object: kind === 'chat' ? 'chat.completion.chunk' : 'text_completion',
    choices: [{ index, ...content, logprobs: null, finish_reason: finish ?? null }],
  };
}

/** The end of a stream: what carries the finish, and the usage only for who asked for it. */
export const usageChunkOf = (kind: Kind, head: Head, meter: AnswerMeter) => ({
  ...head,
  object: kind === 'chat' ? 'chat.completion.chunk' : 'text_completion',
  choices: [],
  usage: usageOf(meter),
});

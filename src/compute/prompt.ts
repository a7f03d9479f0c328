import { type ChatFormat, chatPrompt } from './chat-format.ts';
import type { Prompt } from './engine.ts';

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
}

/** How an expert is asked: a question between two texts, or the turns of a chat format. */
export interface Wording {
  prefix: string;
  suffix: string;
  chat?: ChatFormat | undefined;
}

/** The last thing the asker said: what picks the expert. */
export function questionOf(messages: readonly Message[]): string {
  return messages.findLast((m) => m.role === 'user')?.content ?? messages.at(-1)?.content ?? '';
}

/** Split and trim are linear; `\s*[\r\n]+\s*` as a pattern would take minutes over a question of blanks. */
const oneLine = (question: string): string =>
  question
    .split(/[\r\n\u2028\u2029]+/)
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');

/**
 * The question goes between prefix and suffix. An expert of one line (its suffix begins with the line break that ends
 * a question) was trained on single questions: it gets the last one alone, its own line breaks made blanks, so that
 * no text can pretend to be the beginning of an answer. Others get system text and earlier turns before it, and a
 * chat model all turns; what is too long for the context the engine refuses, nothing is left out.
 */
export function promptFor({ prefix, suffix, chat }: Wording, messages: readonly Message[]): Prompt {
  if (chat) return chatPrompt(chat, messages);
  const question = questionOf(messages);
  if (suffix.startsWith('\n')) return prefix + oneLine(question) + suffix;
  const at = messages.findLastIndex((m) => m.content === question);
  const earlier = messages.slice(0, Math.max(0, at)).map((m) => m.content);
  return prefix + [...earlier, question].join('\n') + suffix;
}

import type { PromptPart } from './engine.ts';
import type { Message } from './prompt.ts';

/**
 * How chat models were trained to see a conversation. A GGUF brings a template that is a program; here it is only
 * looked at, to tell which of the known formats it writes, and never run.
 */
interface Format {
  /** A template that contains this writes this format. */
  mark: string;
  before(role: 'system' | 'user' | 'assistant'): string;
  after: string;
  /** Formats without a system turn of their own put it before the first question. */
  noSystem?: true;
}

const FORMATS = {
  chatml: { mark: '<|im_start|>', before: (role) => `<|im_start|>${role}\n`, after: '<|im_end|>\n' },
  llama3: {
    mark: '<|start_header_id|>',
    before: (role) => `<|start_header_id|>${role}<|end_header_id|>\n\n`,
    after: '<|eot_id|>',
  },
  gemma: {
    mark: '<start_of_turn>',
    before: (role) => `<start_of_turn>${role === 'assistant' ? 'model' : role}\n`,
    after: '<end_of_turn>\n',
    noSystem: true,
  },
  phi3: { mark: '<|assistant|>', before: (role) => `<|${role}|>\n`, after: '<|end|>\n' },
  mistral: {
    mark: '[INST]',
    before: (role) => (role === 'assistant' ? '' : '[INST] '),
    after: ' [/INST]',
    noSystem: true,
  },
} satisfies Record<string, Format>;

export type ChatFormat = keyof typeof FORMATS;
export const CHAT_FORMATS = Object.keys(FORMATS) as [ChatFormat, ...ChatFormat[]];

/** The format a template writes; undefined when it is none of these, and then the model is asked with raw text. */
export const chatFormatOf = (template: string): ChatFormat | undefined =>
  CHAT_FORMATS.find((name) => template.includes(FORMATS[name].mark));

/** The turns in the format, ending where the assistant begins. What people wrote can never become a control token. */
export function chatPrompt(name: ChatFormat, messages: readonly Message[]): PromptPart[] {
  const format: Format = FORMATS[name];
  const parts: PromptPart[] = [];
  let held = '';
  for (const { role, content } of messages) {
    const as = role === 'tool' ? 'user' : role;
    if (as === 'system' && format.noSystem) {
      held += `${content}\n\n`;
      continue;
    }
    const before = format.before(as);
    const after = name === 'mistral' && as === 'assistant' ? '</s>' : format.after;
    if (before) parts.push({ text: before, control: true });
    parts.push({ text: held + content }, { text: after, control: true });
    held = '';
  }
  if (held) parts.push({ text: held });
  const opening = format.before('assistant');
  return opening ? [...parts, { text: opening, control: true }] : parts;
}

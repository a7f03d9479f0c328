/** One question and its right answer. `open` answers were cut short: the model learns the choice, not the whole text. */
export type Sample = { text: string; answer: string; open?: boolean; group?: string };

/** Prompt = prefix + text + suffix, the same for the expert and the ancestor. */
export const PROMPT = {
  faults: { prefix: 'fault: ', suffix: '\n' },
  status: { prefix: 'state: ', suffix: '\n' },
  convert: { prefix: 'sum: ', suffix: '\n' },
} as const;

/** Trained on; for choosing between recipes; for the published figures. */
export type Split = 'train' | 'dev' | 'heldOut';

export type Task = keyof typeof PROMPT;
export const TASKS: readonly Task[] = ['faults', 'status', 'convert'];

export const promptOf = (task: Task, text: string): string => `${PROMPT[task].prefix}${text}${PROMPT[task].suffix}`;

/** FNV-1a over UTF-8: features and the train/held-out split use it. */
export const fnv1a32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};

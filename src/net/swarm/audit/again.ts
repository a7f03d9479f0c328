import { HeatmineError } from '../../../core/errors.ts';
import { lookUp } from '../ask/look.ts';
import { askOne } from '../ask/one.ts';
import type { AskerOptions, SwarmQuestion } from '../ask/question.ts';
import { newQuestionId } from '../pay/purse.ts';
import { type Asked, noteOf } from './auditor.ts';

/** What a node gave. */
export interface Heard {
  expert: string;
  /** As `copyText` has it. */
  copy?: string | undefined;
  text: string;
  /** Of the answer, and of the question. */
  billedTokens: number;
  billedPromptTokens: number;
  /** Of both, as far as its text can have them. */
  tokens: number;
}

const WANTED = 32;

/** Asks this node, as anybody would: by another key, over another relay, at its price, with a receipt. */
export async function askAgain(
  options: AskerOptions,
  node: string,
  question: Pick<SwarmQuestion, 'topics' | 'messages' | 'signal'>,
): Promise<Heard> {
  const { topics, messages } = question;
  const { found, waysTo } = await lookUp(options, { topics, wanted: WANTED, node });
  const candidate = found.find(({ descriptor }) => descriptor.key === node);
  if (!candidate) throw new HeatmineError('NOBODY_THERE', 'the node to audit is not there now');
  const note = noteOf(topics, messages);
  const answer = await askOne(candidate, waysTo(candidate), options, { ...question, ...note }, newQuestionId());
  return note.done({ ...answer, tries: 1 }, true);
}

/** Other nodes with the same expert. */
export async function othersFor(options: AskerOptions, { topics, expert, node }: Asked): Promise<string[]> {
  const { found } = await lookUp(options, { topics, wanted: WANTED });
  return found
    .map(({ descriptor }) => descriptor)
    .filter(({ key, experts }) => key !== node && key !== options.own && experts.some(({ id }) => id === expert))
    .map(({ key }) => key)
    .filter((key) => !options.experience.shuns(key));
}

import { HeatmineError } from '../../../core/errors.ts';
import { expertOf } from '../ask/fitting.ts';
import type { Candidate } from '../ask/gather.ts';
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

/** How it was asked before, and is asked again. */
export type Terms = Pick<SwarmQuestion, 'topics' | 'maxPrice' | 'tier'> & { expert: string };

const WANTED = 32;

/** Asks this node, as anybody would: by another key, over another relay, at its price, with a receipt. */
export async function askAgain(
  options: AskerOptions,
  node: string,
  question: Terms & Pick<SwarmQuestion, 'messages' | 'signal' | 'mostUc'>,
): Promise<Heard> {
  const { topics, expert } = question;
  const { found, waysTo } = await lookUp(options, { topics, wanted: WANTED, node });
  const candidate = found.find(({ descriptor }) => descriptor.key === node);
  if (!candidate) throw new HeatmineError('NOBODY_THERE', 'the node to audit is not there now');
  if (!expertOf(candidate, question))
    throw new HeatmineError('NOT_OFFERED', `it gives "${expert}" no more, or is dearer`);
  const note = noteOf(question);
  const answer = await askOne(candidate, waysTo(candidate), options, { ...question, ...note }, newQuestionId());
  return note.done({ ...answer, tries: 1 }, true);
}

/** Other nodes with the same expert, no dearer. */
export async function othersFor(options: AskerOptions, asked: Asked): Promise<string[]> {
  const { topics, expert, node } = asked;
  // Told apart before they are capped: of those that do not give it any number may come first.
  const counts = ({ experts }: Candidate['descriptor']) => experts.some(({ id }) => id === expert);
  const { found } = await lookUp(options, { topics, wanted: WANTED, counts });
  return found
    .filter((candidate) => expertOf(candidate, asked) !== undefined)
    .map(({ descriptor: { key } }) => key)
    .filter((key) => key !== node && key !== options.own)
    .filter((key) => !options.experience.shuns(key));
}

import { HeatmineError } from '../../../core/errors.ts';
import type { Candidate } from './gather.ts';
import { isOther, type Looked, lookUp } from './look.ts';
import type { AskerOptions, SwarmQuestion } from './question.ts';

export interface Fitting extends Pick<Looked, 'waysTo' | 'isApart'> {
  /** Those that offer it within the price and to whom a way leads, never the asker itself nor a known liar. */
  within: Candidate[];
}

export type ToFit = Pick<SwarmQuestion, 'topics' | 'expert' | 'maxPrice'>;

/** Whom this question can be asked. Throws NOBODY_THERE, NOT_OFFERED, or NO_ENTRY_RELAY where a sealed one finds no way. */
export async function lookFor(options: AskerOptions, question: ToFit, patience?: number): Promise<Fitting> {
  const { topics, expert } = question;
  // Told apart before they are capped: of those that do not give it any number may come first.
  const others = new Set<string>();
  const counts = ({ key, experts }: Candidate['descriptor']) => {
    if (experts.some(({ id }) => id === expert)) return true;
    if (key !== options.own && experts.length) others.add(key);
    return false;
  };
  const wish = { topics, ...(patience && { patience }), ...(expert !== undefined && { counts }) };
  const { relays, waysTo, isApart, ...looked } = await lookUp(options, wish);
  const found = looked.found.filter(isOther(options));
  const fitting = found.filter((candidate) => expertOf(candidate, question));
  if (fitting.length === 0) throw nobody(found, question, others.size);
  const within = fitting.filter((candidate) => waysTo(candidate).length > 0);
  if (within.length === 0) throw noWay(fitting, relays, options);
  return { within, waysTo, isApart };
}

/** Why none of these can be reached. */
function noWay(fitting: readonly Candidate[], relays: readonly Candidate[], { sealed }: AskerOptions): HeatmineError {
  if (!sealed) return new HeatmineError('NOT_RUNNING', 'no node that answers this names a way to it');
  if (fitting.every(({ descriptor }) => !descriptor.seal))
    return new HeatmineError('NOT_OFFERED', `none of ${fitting.length} nodes takes sealed questions`);
  const known = `${relays.length} relays known, none apart from the expert in key, operator and address prefix`;
  return new HeatmineError('NO_ENTRY_RELAY', `no relay to enter by: ${known}; nothing was sent`);
}

/** The expert of this node that was named, or fits best, and costs at most `maxPrice`; any may be asked for free, and says whether it has the watts. */
export const expertOf = ({ descriptor: { experts } }: Candidate, { topics, expert: named, maxPrice = 0 }: ToFit) =>
  (named === undefined
    ? topics.flatMap((topic) => experts.filter((expert) => expert.topics.includes(topic)))
    : experts.filter(({ id }) => id === named)
  ).find((expert) => maxPrice === 0 || expert.price <= maxPrice);

/** Why none of those found will do; `others` offer anything but the one that was named. */
function nobody(found: readonly Candidate[], { topics, expert, maxPrice = 0 }: ToFit, others: number): HeatmineError {
  const experts = found.flatMap(({ descriptor }) => descriptor.experts.filter(({ id }) => id === (expert ?? id)));
  if (experts.length === 0 && others > 0)
    return new HeatmineError('NOT_OFFERED', `none of ${others} nodes that were found gives the expert "${expert}"`);
  if (experts.length === 0)
    return new HeatmineError('NOBODY_THERE', `no node answers questions on ${topics.join(', ')}`);
  const cheapest = Math.min(...experts.map(({ price }) => price));
  const what = expert === undefined ? '' : ` for "${expert}"`;
  return new HeatmineError(
    'NOT_OFFERED',
    `the cheapest of ${found.length} nodes wants ${cheapest}${what}, ${maxPrice} was offered`,
  );
}

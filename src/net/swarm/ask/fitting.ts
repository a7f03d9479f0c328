import { HeatmineError } from '../../../core/errors.ts';
import type { Candidate } from './gather.ts';
import { isOther, type Looked, lookUp } from './look.ts';
import type { AskerOptions, SwarmQuestion } from './question.ts';

export interface Fitting extends Pick<Looked, 'waysTo' | 'isApart'> {
  /** Those that offer it within the price and to whom a way leads, never the asker itself nor a known liar. */
  within: Candidate[];
}

/** Whom this question can be asked. Throws NOBODY_THERE, NOT_OFFERED, or NO_ENTRY_RELAY where a sealed one finds no way. */
export async function lookFor(
  options: AskerOptions,
  { topics, maxPrice = 0 }: Pick<SwarmQuestion, 'topics' | 'maxPrice'>,
  patience?: number,
): Promise<Fitting> {
  const { relays, waysTo, isApart, ...looked } = await lookUp(options, { topics, ...(patience && { patience }) });
  const found = looked.found.filter(isOther(options));
  const fitting = found.filter((candidate) => expertOf(candidate, topics, maxPrice));
  if (fitting.length === 0) throw nobody(found, topics, maxPrice);
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

/** The expert of this node that fits best and costs at most `maxPrice`; any may be asked for free, and says whether it has the watts. */
export const expertOf = ({ descriptor }: Candidate, topics: readonly string[], maxPrice: number) =>
  topics
    .flatMap((topic) => descriptor.experts.filter((expert) => expert.topics.includes(topic)))
    .find((expert) => maxPrice === 0 || expert.price <= maxPrice);

/** Why none of those found will do. */
function nobody(found: readonly Candidate[], topics: readonly string[], maxPrice: number): HeatmineError {
  const experts = found.flatMap(({ descriptor }) => descriptor.experts);
  if (experts.length === 0)
    return new HeatmineError('NOBODY_THERE', `no node answers questions on ${topics.join(', ')}`);
  const cheapest = Math.min(...experts.map(({ price }) => price));
  return new HeatmineError(
    'NOT_OFFERED',
    `the cheapest of ${found.length} nodes wants ${cheapest}, ${maxPrice} was offered`,
  );
}

import { newQuestionId } from '../pay/purse.ts';
import { RELAY_TOPIC } from '../topics.ts';
import { expertOf, nobody, noWay, waysOf } from './fitting.ts';
import { type Candidate, gather } from './gather.ts';
import { askOne } from './one.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { drawOrder, scoreOf } from './rank.ts';

const TRIES = 3;

/** For free: those that have free watts now before those that may say no. */
const sunnyFirst = (drawn: readonly Candidate[]): Candidate[] => [
  ...drawn.filter(({ descriptor }) => descriptor.sunshine),
  ...drawn.filter(({ descriptor }) => !descriptor.sunshine),
];

/**
 * Asks whoever fits best, then others. Throws NOBODY_THERE when no node offers it, NO_ENTRY_RELAY when a sealed question
 * finds no way, else the fault of the last one asked.
 */
export async function askSwarm(options: AskerOptions, question: SwarmQuestion): Promise<SwarmAnswer> {
  const { discoveries, experience, random } = options;
  const maxPrice = question.maxPrice ?? 0;
  const [all, allRelays] = await Promise.all([
    gather({ discoveries, topics: question.topics }),
    options.sealed ? gather({ discoveries, topics: [RELAY_TOPIC] }) : [],
  ]);
  const isOther = ({ descriptor: { key } }: Candidate) => key !== options.own && !experience.shuns(key);
  const [found, relays] = [all.filter(isOther), allRelays.filter(isOther)];
  const fitting = found.filter((candidate) => expertOf(candidate, question.topics, maxPrice));
  if (fitting.length === 0) throw nobody(found, question.topics, maxPrice);
  const waysTo = waysOf(options, relays);
  const within = fitting.filter((candidate) => waysTo(candidate).length > 0);
  if (within.length === 0) throw noWay(fitting, relays, options);
  const price = (c: Candidate) => expertOf(c, question.topics, maxPrice)!.price;
  const score = (c: Candidate) =>
    scoreOf({ fit: c.fit, price: price(c), ...experience.of(c.descriptor.key) }, maxPrice);
  const drawn = drawOrder(within, score, random);
  const order = maxPrice === 0 ? sunnyFirst(drawn) : drawn;
  const id = newQuestionId();
  let last: unknown;
  for (let tries = 1; tries <= TRIES; tries++) {
    question.signal?.throwIfAborted();
    const candidate = order[(tries - 1) % order.length]!;
    try {
      return { ...(await askOne(candidate, waysTo(candidate), options, question, id)), tries };
    } catch (error) {
      last = error;
      question.signal?.throwIfAborted();
    }
  }
  throw last;
}

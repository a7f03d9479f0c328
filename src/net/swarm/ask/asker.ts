import type { HeatmineError } from '../../../core/errors.ts';
import { newQuestionId } from '../pay/purse.ts';
import { STRANGER } from './experience.ts';
import { expertOf, lookFor } from './fitting.ts';
import type { Candidate } from './gather.ts';
import { askOne } from './one.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { anotherFirst, drawOrder, scoreOf } from './rank.ts';
import type { Way } from './way.ts';

/** How often an expert is asked; and how often they are looked for, where no more was found. */
const TRIES = 3;

/** For free: those that have free watts now before those that may say no. */
const sunnyFirst = (drawn: readonly Candidate[]): Candidate[] => [
  ...drawn.filter(({ descriptor }) => descriptor.sunshine),
  ...drawn.filter(({ descriptor }) => !descriptor.sunshine),
];

/** It fits as well, no worse is known of it than of a stranger, and it has the room and the free watts that the last one has. */
const isAsGood =
  ({ of }: AskerOptions['experience']) =>
  (other: Candidate, last: Candidate) =>
    other.fit >= last.fit &&
    of(other.descriptor.key).experience >= STRANGER &&
    of(other.descriptor.key).load <= of(last.descriptor.key).load &&
    (!last.descriptor.sunshine || other.descriptor.sunshine === true);

/**
 * Asks whoever fits best, then others; where those found are used up, looks again. Throws NOBODY_THERE when no node offers
 * it, NO_ENTRY_RELAY when a sealed question finds no way, else the fault of the last one asked.
 */
export async function askSwarm(options: AskerOptions, question: SwarmQuestion): Promise<SwarmAnswer> {
  const id = newQuestionId();
  let last: unknown;
  let tries = 0;
  for (let look = 1; look <= TRIES; look++) {
    const { order, waysTo } = await whomToAsk(options, question, look).catch((error) => {
      // The first relays that came are all too near, or the first nodes give others than the one that was named.
      const mayBeElsewhere =
        error.code === 'NOT_OFFERED' && question.expert !== undefined && options.sealed && look === 1;
      const maySoon = error.code === 'NO_ENTRY_RELAY' || mayBeElsewhere;
      if (look === TRIES || !maySoon) throw last ?? error;
      return NOBODY;
    });
    for (const candidate of order) {
      if (tries === TRIES) throw last;
      question.signal?.throwIfAborted();
      try {
        return { ...(await askOne(candidate, waysTo(candidate), options, question, id)), tries: tries + 1 };
      } catch (error) {
        question.signal?.throwIfAborted();
        last = error;
        // Where no way led to it, nobody was asked.
        if ((error as HeatmineError).code !== 'NO_WAY') tries++;
      }
    }
  }
  throw last;
}

interface ToAsk {
  /** As drawn for this question. */
  order: Candidate[];
  waysTo(candidate: Candidate): Way[];
}
const NOBODY: ToAsk = { order: [], waysTo: () => [] };

async function whomToAsk(options: AskerOptions, question: SwarmQuestion, patience: number): Promise<ToAsk> {
  const { experience, random } = options;
  const { maxPrice = 0 } = question;
  const { within, waysTo, isApart } = await lookFor(options, question, patience);
  const price = (c: Candidate) => expertOf(c, question)!.price;
  const score = (c: Candidate) =>
    scoreOf({ fit: c.fit, price: price(c), ...experience.of(c.descriptor.key) }, maxPrice);
  const drawn = drawOrder(within, score, random);
  const wasLast = ({ descriptor: { key } }: Candidate) => experience.wasLast('lastAsked', key);
  const order = anotherFirst(maxPrice === 0 ? sunnyFirst(drawn) : drawn, wasLast, isAsGood(experience));
  return { order: [...order.filter(isApart), ...order.filter((candidate) => !isApart(candidate))], waysTo };
}

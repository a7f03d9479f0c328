import type { Random } from '../../../core/random.ts';
import type { ComputeClient } from '../../ask/compute-client.ts';
import { isTelling } from './evidence.ts';
import { vary } from './vary.ts';

export interface Telling {
  content: string;
  own: string;
  ownTokens: number;
  hidesWorking: boolean;
  weights: string;
  askedOf: Set<string>;
}

const KNOWN = 64;
const KEPT = 64;
/** Searched at a time; what it took is owed, and the search goes on when the budget allows. */
const TRIES = 8;

/** Telling questions of each expert, found by the own copy, in memory only. Each is asked of a node once. */
export function openTelling(compute: Pick<ComputeClient, 'weigh'>, random: Random, spend: (tokens: number) => void) {
  const known = new Map<string, string[]>();
  const found = new Map<string, Telling[]>();
  const weigh = async (expert: string, content: string, given: string | undefined, signal: AbortSignal) => {
    const weighed = await compute.weigh({ expert, messages: [{ role: 'user', content }] }, given, signal);
    spend(weighed.promptTokens + weighed.answerTokens);
    return weighed;
  };
  return {
    /** A question that was really asked: what others are made of. */
    learn(expert: string, content: string): void {
      known.set(expert, [...(known.get(expert) ?? []), content].slice(-KNOWN));
    },
    async next(expert: string, node: string, signal: AbortSignal): Promise<Telling | undefined> {
      const kept = found.get(expert) ?? [];
      found.set(expert, kept);
      const unused = kept.find(({ askedOf }) => !askedOf.has(node));
      if (unused) {
        unused.askedOf.add(node);
        return unused;
      }
      const questions = known.get(expert) ?? [];
      for (let i = 0; i < TRIES && questions.length > 0; i++) {
        const content = vary(questions[Math.floor(random() * questions.length)]!, random);
        const {
          nats,
          own,
          answerTokens: ownTokens,
          hidesWorking,
          weights,
        } = await weigh(expert, content, undefined, signal);
        if (!isTelling(nats)) continue;
        const telling = { content, own, ownTokens, hidesWorking, weights, askedOf: new Set([node]) };
        kept.push(telling);
        if (kept.length > KEPT) kept.shift();
        return telling;
      }
      return undefined;
    },
    async natsOf(expert: string, { content }: Telling, given: string, signal: AbortSignal): Promise<number> {
      return (await weigh(expert, content, given, signal)).nats;
    },
  };
}

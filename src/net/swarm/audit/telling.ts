import type { Random } from '../../../core/random.ts';
import type { ComputeClient, Weighed } from '../../ask/compute-client.ts';
import type { Heard } from './compare.ts';
import { copyText } from './copy.ts';
import type { Finding } from './evidence.ts';
import { createNoise, type Noise } from './noise.ts';
import { vary } from './vary.ts';
import { judged, worthOf } from './weights.ts';

export interface Telling {
  content: string;
  /** As `copyText` has it. */
  copy: string;
  own: Weighed;
  noise: Noise;
}

interface Kept extends Telling {
  askedOf: Set<string>;
}

/** What is known of one copy of an expert. */
interface Shelf {
  copy: string;
  noise: Noise;
  found: Kept[];
  /** What the latest questions would have been worth, in nats. */
  worths: number[];
}

const KNOWN = 64;
const KEPT = 64;
/** Searched at a time; what it took is owed, and the search goes on when the budget allows. */
const TRIES = 8;
/**
 * Asked is the best fiftieth of what was looked at: of an expert that is sure of most answers even less, since too little is
 * never made up for by more audits; of one that hardly ever is, anything that is enough.
 */
const BEST_SHARE = 0.02;
const LEAST_NATS = 0.5;
/** As much as a verdict takes: weights that differ half as far as was reckoned with leave a tenth of it. */
const ENOUGH_NATS = 7;
const SEEN = 500;
/** No expert says more; a longer answer is looked at so far, and shows enough. */
const MOST_GIVEN_CHARS = 65_536;

/** Said once, and read once more by coarser arithmetic. */
const SEARCH_PASSES = 2;

/** Telling questions of each expert, found by the own copy, in memory only. Each is asked of a node once. */
export function openTelling(compute: Pick<ComputeClient, 'weigh'>, random: Random, spend: (tokens: number) => void) {
  const known = new Map<string, string[]>();
  const shelves = new Map<string, Shelf>();
  const weigh = async (expert: string, content: string, given: string | undefined, signal: AbortSignal) => {
    const weighed = await compute.weigh({ expert, messages: [{ role: 'user', content }] }, given, signal);
    spend((weighed.promptTokens + weighed.answerTokens) * (given === undefined ? SEARCH_PASSES : 1));
    return weighed;
  };
  const shelfOf = (expert: string, copy: string) => {
    const there = shelves.get(expert);
    if (there?.copy === copy) return there;
    const shelf: Shelf = { copy, noise: createNoise(), found: [], worths: [] };
    shelves.set(expert, shelf);
    return shelf;
  };
  return {
    /** A question that was really asked: what others are made of. */
    learn(expert: string, content: string): void {
      known.set(expert, [...(known.get(expert) ?? []), content].slice(-KNOWN));
    },
    async next(expert: string, node: string, signal: AbortSignal): Promise<Telling | undefined> {
      const unused = shelves.get(expert)?.found.find(({ askedOf }) => !askedOf.has(node));
      if (unused) {
        unused.askedOf.add(node);
        return unused;
      }
      const questions = known.get(expert) ?? [];
      for (let i = 0; i < TRIES && questions.length > 0; i++) {
        const content = vary(questions[Math.floor(random() * questions.length)]!, random);
        const own = await weigh(expert, content, undefined, signal);
        const copy = copyText(own)!;
        const shelf = shelfOf(expert, copy);
        if (!isTelling(shelf, own)) continue;
        const { noise, found } = shelf;
        const kept = { content, own, copy, noise, askedOf: new Set([node]) };
        found.push(kept);
        if (found.length > KEPT) found.shift();
        return kept;
      }
      return undefined;
    },
    /** What a node's answer to a telling question shows. */
    async judge(expert: string, telling: Telling, heard: Heard, signal: AbortSignal): Promise<Finding> {
      const { content, own, noise } = telling;
      const isSame = own.own === heard.text;
      const given = heard.text.slice(0, MOST_GIVEN_CHARS);
      const weighed = isSame ? own : await weigh(expert, content, given, signal);
      const { calls, parted, isWhole, surest, answerTokens, hidesWorking } = weighed;
      const tokens = isWhole && heard.text === given ? answerTokens : undefined;
      const { billedTokens, billedPromptTokens } = heard;
      const isPromptOver = billedPromptTokens > own.promptTokens;
      return judged({ calls, parted, hidesWorking, tokens, surest, billedTokens, isPromptOver }, noise);
    },
  };
}

function isTelling({ noise, worths }: Shelf, { moves, calls, hidesWorking }: Weighed): boolean {
  noise.learn(moves);
  if (!noise.isKnown()) return false;
  const worth = worthOf(calls, hidesWorking, noise);
  worths.push(worth);
  if (worths.length > SEEN) worths.shift();
  const best = worths.toSorted((a, b) => b - a)[Math.floor(worths.length * BEST_SHARE)]!;
  return worth >= Math.min(ENOUGH_NATS, Math.max(LEAST_NATS, best));
}

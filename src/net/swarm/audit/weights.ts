import { type Finding, factorsOf, oddsOf, TIMES } from './evidence.ts';
import type { Noise } from './noise.ts';

/** What the own copy makes of an answer. */
export interface Given {
  /** Leads of its calls along this answer, and those of them that the answer went against. */
  calls: readonly number[];
  parted: readonly number[];
  /** Only the end of the answer is shown: a call that was turned round may or may not show. */
  hidesWorking: boolean;
  /** Of this very answer; undefined where it could not be followed to its end. */
  tokens: number | undefined;
  /** By how many nats these tokens lead others of the same text. */
  surest: number;
  billedTokens: number;
  /** More for the question than it has: the same words make the same tokens, whatever rounds. */
  isPromptOver: boolean;
}

/** The same weights make the same tokens of the same text; so likely something unknown makes more of them, by my own guess. */
const MISCOUNTED = 0.001;
const FAR = 10;

/** How likely no call is turned round; of hundreds of close ones so little that 1 less it is 1. */
const none = (calls: readonly number[], of: Turned): number =>
  calls.reduce((product, lead) => product * (1 - of(lead)), 1);
const any = (calls: readonly number[], of: Turned): number => 1 - none(calls, of);

/** What an answer shows beside the own copy of the weights that the node names. */
export function judged(
  { calls, parted, hidesWorking, tokens, surest, billedTokens, isPromptOver }: Given,
  noise: Noise,
): Finding {
  const texts = TIMES.map((times) => {
    const liar = (lead: number) => noise.liar(lead, times);
    return hidesWorking
      ? hidden(calls, parted.length > 0, noise.honest, liar)
      : shown(calls, parted, noise.honest, liar);
  });
  // Whoever followed a turned call cannot know into which of several tokens its text was cut.
  const isOver = tokens !== undefined && billedTokens > tokens + (hidesWorking ? 0 : parted.length);
  if (isPromptOver) return { outcome: 'overcounted', factors: factorsOf(texts, true, MISCOUNTED) };
  const honestCount = Math.max(MISCOUNTED, hidesWorking ? any(calls, noise.honest) : noise.honest(surest));
  const factors = factorsOf(texts, isOver, honestCount);
  if (isOver && oddsOf(texts) < 1 / honestCount) return { outcome: 'overcounted', factors };
  const odds = oddsOf(factors);
  if (parted.length === 0 || odds <= 1) return { outcome: 'same', factors };
  return { outcome: odds > FAR ? 'far' : 'near', factors };
}

type Turned = (lead: number) => number;

function shown(calls: readonly number[], parted: readonly number[], honest: Turned, liar: Turned): number {
  const kept = calls.reduce((product, lead) => (product * (1 - liar(lead))) / (1 - honest(lead)), 1);
  return parted.reduce((product, lead) => (product * liar(lead)) / honest(lead), kept);
}

function hidden(calls: readonly number[], isParted: boolean, honest: Turned, liar: Turned): number {
  if (isParted) return any(calls, liar) / any(calls, honest);
  const [byHonest, byLiar] = [none(calls, honest), none(calls, liar)];
  // Below the least number there is: nobody would keep to so many, so it says nothing.
  return byHonest > 0 ? byLiar / byHonest : 1;
}

/** Weights as far off as Q5_0 is beside Q8_0 where it is not at its faintest. */
const CHOSEN_FOR = 6;

/** Nats of evidence that a liar is expected to leave, where a question with these calls is asked as an audit. */
export function worthOf(calls: readonly number[], hidesWorking: boolean, noise: Noise): number {
  const { honest } = noise;
  const liar = (lead: number) => noise.liar(lead, CHOSEN_FOR);
  if (hidesWorking) return divergence(none(calls, liar), none(calls, honest));
  return calls.reduce((sum, lead) => sum + divergence(liar(lead), honest(lead)), 0);
}

/** Of two coins, in nats; none where they are the same, or always fall the same. */
const divergence = (p: number, q: number): number => part(p, q) + part(1 - p, 1 - q);
const part = (p: number, q: number): number => (p > 0 && q > 0 ? p * Math.log(p / q) : 0);

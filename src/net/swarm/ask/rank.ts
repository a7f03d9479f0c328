import type { Random } from '../../../core/random.ts';

/** All that an asker weighs; each from 0 to 1 but the price. */
export interface Worth {
  /** How well the expert's topics fit the question. */
  fit: number;
  /** Mean of own experience with this node: (good + 1) / (good + bad + 2). */
  experience: number;
  /** Micro-credits per million answer tokens, of at most `maxPrice`. */
  price: number;
  /** Milliseconds to the first word, as it was; what a stranger is taken for when unknown. */
  latencyMs: number;
  /** Share of own questions of late that it was too busy for. */
  load: number;
}

const TEMPERATURE = 0.15;
const SLOW_MS = 3000;

/** From 0 (nothing speaks for it) to 1. */
export function scoreOf({ fit, experience, price, latencyMs, load }: Worth, maxPrice: number): number {
  const cheap = maxPrice > 0 ? 1 - Math.min(1, price / maxPrice) : 1;
  const quick = 1 / (1 + latencyMs / SLOW_MS);
  return 0.35 * fit + 0.3 * experience + 0.1 * cheap + 0.15 * quick + 0.1 * (1 - load);
}

/**
 * All of them in an order drawn by softmax over the score, without putting back: the best is usually first and others get
 * their turn, so that no expert starves and none sees all questions of an asker.
 */
export function drawOrder<T>(candidates: readonly T[], score: (c: T) => number, random: Random): T[] {
  // Largest of score / T + Gumbel noise first: the same as drawing one by one (the Gumbel-max trick).
  return candidates
    .map((candidate) => {
      const u = Math.min(1 - 1e-12, Math.max(1e-12, random()));
      return { candidate, at: score(candidate) / TEMPERATURE - Math.log(-Math.log(u)) };
    })
    .sort((a, b) => b.at - a.at)
    .map(({ candidate }) => candidate);
}

/**
 * Nobody that was used last time comes first again, so that none sees two questions in a row, while another of those drawn may
 * stand in for it. The rest stays as drawn.
 */
export function anotherFirst<T>(
  drawn: readonly T[],
  isLast: (c: T) => boolean,
  mayStandIn: (other: T, last: T) => boolean,
): readonly T[] {
  const [first] = drawn;
  if (first === undefined || !isLast(first)) return drawn;
  const other = drawn.find((c) => !isLast(c) && mayStandIn(c, first));
  return other === undefined ? drawn : [other, ...drawn.filter((c) => c !== other)];
}

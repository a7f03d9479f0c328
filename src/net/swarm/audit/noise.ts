/**
 * How far honest copies of one expert's weights differ, learnt from the own copy against itself under coarser arithmetic:
 * no number here is in nats. A call is a choice between two tokens; another kernel moves its lead, and turns it round when
 * it moves it by more than the lead.
 */
export interface Noise {
  learn(moves: readonly number[]): void;
  /** Whether enough was seen to judge by. */
  isKnown(): boolean;
  /** At most so likely an honest copy turns a call of this lead round. */
  honest(lead: number): number;
  /** Weights that move calls so many times as far as kernels do turn it round so often. */
  liar(lead: number, times: number): number;
}

/**
 * Two kernels that both round are further apart, by the root of 2, than one is from full digits; coarser keys and values
 * alone are already 1.1 to 1.7 times as far from it.
 */
const SPREAD = 1.25;
/** Beyond the farthest move that was seen its likelihood falls with this power of the lead; the moves seen fall by the sixth. */
const TAIL = 3;
const FEWEST = 200;
const KEPT = 4096;
/** A kernel moves a call one way as often as the other. */
const MOST = 0.5;

export function createNoise(): Noise {
  let latest: number[] = [];
  let sorted: number[] = [];
  /** Of moves at least so far: their share, the next one counted in as one of them. */
  const beyond = (move: number): number => {
    const of = sorted.length + 1;
    const most = sorted.at(-1) ?? 0;
    if (move > most) return (most / move) ** TAIL / of;
    return Math.min(MOST, (1 + sorted.length - firstAtLeast(sorted, move)) / of);
  };
  return {
    learn(moves) {
      latest = [...latest, ...moves.map((move) => move * SPREAD)].slice(-KEPT);
      sorted = latest.toSorted((a, b) => a - b);
    },
    isKnown: () => sorted.length >= FEWEST && sorted.at(-1)! > 0,
    honest: beyond,
    liar: (lead, times) => beyond(lead / times),
  };
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

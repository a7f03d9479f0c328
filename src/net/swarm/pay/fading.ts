/** Amounts by name that halve every so often; at most so many names, the smallest make room. */
export interface Fading {
  add(name: string, amount: number): void;
  of(name: string): number;
}

const MOST_NAMES = 1000;

export function createFading(halfLifeMs: number, nowMs: () => number): Fading {
  const known = new Map<string, { amount: number; atMs: number }>();
  const of = (name: string) => {
    const was = known.get(name);
    return was ? was.amount * 0.5 ** ((nowMs() - was.atMs) / halfLifeMs) : 0;
  };
  const makeRoom = () => {
    const smallest = [...known.keys()].map((name) => [of(name), name] as const).sort(([a], [b]) => a - b);
    for (const [, name] of smallest.slice(0, MOST_NAMES / 10)) known.delete(name);
  };
  return {
    of,
    add(name, amount) {
      if (!known.has(name) && known.size >= MOST_NAMES) makeRoom();
      known.set(name, { amount: Math.max(0, of(name) + amount), atMs: nowMs() });
    },
  };
}

/** Stands in for uvu while mutants are hunted: cases of a test file are gathered, to be run one by one. */
export interface Gathered {
  name: string;
  run(): unknown;
}

export interface Gathering {
  cases: Gathered[];
  after: (() => unknown)[];
}

let now: Gathering = { cases: [], after: [] };

/** What the file that has just been imported holds; the next file begins anew. */
export function takeGathered(): Gathering {
  const taken = now;
  now = { cases: [], after: [] };
  return taken;
}

export const test = Object.assign((name: string, run: () => unknown) => void now.cases.push({ name, run }), {
  after: (run: () => unknown) => void now.after.push(run),
  run: () => undefined,
});

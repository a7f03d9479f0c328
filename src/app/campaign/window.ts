import { bounds } from './bounds.ts';
import type { Injected } from './faults.ts';
import { type Invariant, invariants } from './invariants.ts';
import { advance, type Moment, TICK_S, type World, windowRandom } from './world.ts';

/** How long a window lasts before and after the moment that it is about. */
export const HALF_S = 300;

export interface Violation {
  rule: string;
  s: number;
  text: string;
}

export const allRules = (): Invariant[] => [...invariants(), ...bounds()];

export interface Window {
  from: Moment;
  world: World;
  faults: readonly Injected[];
  /** Of the noise of its sensors. */
  seed: number;
  lengthS?: number;
  /** Rules with a fresh memory; all of them if left out. */
  rules?(): Invariant[];
  /** Sees each moment. */
  watch?(s: number, m: Moment): void;
}

/** Runs a window from its moment at 10 Hz; the first broken rule ends it. */
export function runWindow(window: Window): Violation | undefined {
  const { world, faults } = window;
  const random = windowRandom(window.seed);
  const rules = window.rules?.() ?? allRules();
  let before = window.from;
  const ticks = Math.round((window.lengthS ?? HALF_S) / TICK_S);
  for (let i = 0; i < ticks; i++) {
    const s = (i + 1) * TICK_S;
    const after = advance(before, world, s, faults, random);
    window.watch?.(s, after);
    const tick = { s, dtS: TICK_S, before, after, faults, world };
    for (const rule of rules) {
      const text = rule.check(tick);
      if (text !== undefined) return { rule: rule.name, s, text };
    }
    before = after;
  }
  return undefined;
}

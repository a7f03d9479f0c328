import type { Injected } from './faults.ts';
import { type Cell, createScene, type Scene } from './scenes.ts';
import { seedOf } from './seeds.ts';
import { allRules, HALF_S, type Violation } from './window.ts';
import { advance, firstMoment, type Moment, TICK_S, windowRandom } from './world.ts';

/** Steps of the way to a phase, and how long it may take. */
const COARSE_S = 1;
const COARSE_LIMIT_S = 5400;
const KEEP_EVERY_S = 30;
const KEPT = HALF_S / KEEP_EVERY_S + 1;
/** A phase seen in coarse steps comes again at 10 Hz within this, or the scene is given up. */
const FINE_SLACK_S = 300;
const STATE_WITHIN_S = 60;

export interface Reached {
  moment: Moment;
  /** Faults that are in force already: the one that made the safety state. */
  preface: Injected[];
  /** A rule broken on the way, without any fault of the window. */
  violation: Violation | undefined;
}

function coarse(scene: Scene, seed: number): Moment[] | undefined {
  const random = windowRandom(seed);
  let m = firstMoment(scene.world, scene.plant, scene.core);
  const kept = [m];
  for (let s = 0; s < COARSE_LIMIT_S; s += COARSE_S) {
    m = advance(m, scene.world, 0, [], random, COARSE_S);
    if (s % KEEP_EVERY_S === 0) kept.push(m);
    if (kept.length > KEPT) kept.shift();
    if (m.houseS > HALF_S && scene.reached(m)) return kept;
  }
  return undefined;
}

/**
 * The scene at its phase, after 5 min at 10 Hz in which nothing was broken and no rule and no row of the interlock spoke;
 * then, for a safety state, the fault that brings it. Undefined when the phase does not come about.
 */
export function approach(scene: Scene, seed: number): Reached | undefined {
  const kept = coarse(scene, seed);
  if (!kept) return undefined;
  const { world } = scene;
  const random = windowRandom(seed + 1);
  const from = kept[0]!;
  let m: Moment = { ...from, edgeMs: 1000 + from.houseS * 1000 };
  const all = allRules();
  const limitS = kept.at(-1)!.houseS - from.houseS + FINE_SLACK_S;
  for (let s = 0; ; s += TICK_S) {
    if (s > limitS) return undefined;
    const after = advance(m, world, 0, [], random);
    const tick = { s, dtS: TICK_S, before: m, after, faults: [], world };
    for (const rule of all) {
      const text = rule.check(tick);
      if (text !== undefined) return { moment: m, preface: [], violation: { rule: rule.name, s: s - limitS, text } };
    }
    const { verdict } = after;
    if (verdict && after.core.interlock.ready && verdict.safety !== 'S0') {
      const text = verdict.reasons
        .map((r) => r.text)
        .join('; ')
        .slice(0, 200);
      return { moment: m, preface: [], violation: { rule: 'no row speaks without a fault', s: s - limitS, text } };
    }
    m = after;
    if (s >= HALF_S - TICK_S && scene.reached(m)) break;
  }
  return scene.preface ? withPreface(scene, m, seed) : { moment: m, preface: [], violation: undefined };
}

/** Other houses and days that are tried where a phase does not come about. */
const ATTEMPTS = 6;
/** Parts of a scene's seed that belong to its windows begin here. */
export const WINDOW_PART = 100;

/** Scene `at` of a campaign at its phase; the same seed gives the same. Undefined when none of its houses gets there. */
export function openScene(cell: Cell, seed: number, at: number): { scene: Scene; reached: Reached } | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const scene = createScene(cell, seedOf(seed, at, 2 * attempt));
    const reached = approach(scene, seedOf(seed, at, 2 * attempt + 1));
    if (reached) return { scene, reached };
  }
  return undefined;
}

function withPreface(scene: Scene, from: Moment, seed: number): Reached | undefined {
  const { kind, broken, state } = scene.preface!;
  const random = windowRandom(seed + 2);
  const before = { kind, broken, fromS: 0, untilS: Number.POSITIVE_INFINITY };
  const waitS = 60 * random();
  let m = from;
  let reachedS: number | undefined;
  for (let s = 0; s < STATE_WITHIN_S + waitS; s += TICK_S) {
    m = advance(m, scene.world, s, [before], random);
    if (reachedS === undefined && m.verdict?.safety === state) reachedS = s;
    if (reachedS !== undefined && s >= reachedS + waitS) {
      return { moment: m, preface: [{ ...before, fromS: -s }], violation: undefined };
    }
  }
  return undefined;
}

import { type Random, seededRandom } from '../../core/random.ts';
import { openScene, type Reached, WINDOW_PART } from './approach.ts';
import { type Coverage, createCoverage } from './coverage.ts';
import { type FaultKind, faultKinds, type Injected } from './faults.ts';
import { CELLS, type Cell, type Scene } from './scenes.ts';
import { seedOf } from './seeds.ts';
import { type Shrunk, shrink } from './shrink.ts';
import { HALF_S, runWindow, type Violation } from './window.ts';

/** Windows that are forked from one scene at its phase. */
const FORKS = 12;

export interface Finding extends Shrunk {
  seed: number;
  /** Number of the scene and of the window in it, -1 before any fault; `--scene` runs it again. */
  scene: number;
  window: number;
  windowSeed: number;
  cell: Cell;
  preface: Injected[];
}

export interface CampaignResult {
  coverage: Coverage;
  scenes: number;
  /** Scenes whose phase did not come about. */
  notReached: number;
  findings: Finding[];
}

export interface CampaignOptions {
  seed: number;
  /** Number of the first scene. */
  first?: number;
  windows?: number;
  untilMs?: number;
  nowMs?(): number;
  maxFindings: number;
  /** Windows forked from each scene. */
  forks?: number;
  onScene?(scene: number, result: CampaignResult): void;
}

/** A deck of all kinds per cell: each is dealt once before any comes again. */
function dealt(kinds: readonly FaultKind[], seed: number, cellAt: number, at: number): FaultKind {
  const round = Math.floor(at / kinds.length);
  const random = seededRandom(seedOf(seed, cellAt, 7000 + round));
  const deck = kinds.map((_, i) => i);
  for (let i = deck.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [deck[i], deck[j]] = [deck[j]!, deck[i]!];
  }
  return kinds[deck[at % kinds.length]!]!;
}

/** Faults of one window after the other: one alone, pairs, three, and rows of short ones that do not meet. */
const PATTERN = [1, 2, 2, 3, 8, 20] as const;
const ROW = 8;
const PER_PATTERN = PATTERN.reduce((a, b) => a + b, 0);

/** Faults that the windows before this one have had. */
const dealtBefore = (at: number) =>
  Math.floor(at / PATTERN.length) * PER_PATTERN +
  PATTERN.slice(0, at % PATTERN.length).reduce((a: number, b) => a + b, 0);

function untilOf(fromS: number, gapS: number, random: Random): number {
  if (gapS < HALF_S) return fromS + 0.2 + (gapS - 0.2) * random();
  const lasts = random();
  return lasts < 0.5 ? HALF_S : fromS + (lasts < 0.7 ? 5 * random() : 120 * random()) + 0.2;
}

function faultsOf(
  kinds: readonly FaultKind[],
  seed: number,
  cellAt: number,
  at: number,
  windowSeed: number,
): Injected[] {
  const random = seededRandom(windowSeed);
  const count = PATTERN[at % PATTERN.length]!;
  const gapS = count >= ROW ? (0.9 * HALF_S) / count : HALF_S;
  const list: Injected[] = [];
  let fromS = 0.1 + 20 * random() ** 2;
  for (let i = 0; i < count; i++) {
    const { kind, make } = dealt(kinds, seed, cellAt, dealtBefore(at) + i);
    list.push({ kind, broken: make(random), fromS: Math.round(fromS * 10) / 10, untilS: untilOf(fromS, gapS, random) });
    fromS += count >= ROW ? gapS : 120 * random() ** 2;
  }
  return list;
}

/** A preface goes away in some windows. */
const prefaceOf = (reached: Reached, windowSeed: number): Injected[] => {
  const random = seededRandom(windowSeed + 1);
  return reached.preface.map((p) => (random() < 0.4 ? { ...p, untilS: HALF_S * random() } : p));
};

function findingOf(scene: Scene, reached: Reached, seed: number, at: number, violation: Violation): Finding {
  return {
    seed,
    scene: at,
    window: -1,
    windowSeed: 0,
    cell: scene.cell,
    preface: reached.preface,
    faults: [],
    violation,
  };
}

/** Runs scene after scene, a dozen windows each. Pure but for the clock that ends it. */
export function campaign(options: CampaignOptions): CampaignResult {
  const { seed, maxFindings, forks = FORKS } = options;
  const kinds = faultKinds();
  const result: CampaignResult = { coverage: createCoverage(), scenes: 0, notReached: 0, findings: [] };
  const { coverage, findings } = result;
  const over = () =>
    findings.length >= maxFindings ||
    coverage.windows >= (options.windows ?? Number.POSITIVE_INFINITY) ||
    (options.untilMs !== undefined && options.nowMs!() >= options.untilMs);
  for (let at = options.first ?? 0; !over(); at++) {
    const cellAt = at % CELLS.length;
    const round = Math.floor(at / CELLS.length);
    const opened = openScene(CELLS[cellAt]!, seed, at);
    result.scenes++;
    if (!opened) result.notReached++;
    else if (opened.reached.violation)
      findings.push(findingOf(opened.scene, opened.reached, seed, at, opened.reached.violation));
    else {
      const { scene, reached } = opened;
      for (let w = 0; w < forks && !over(); w++) {
        const windowSeed = seedOf(seed, at, WINDOW_PART + w);
        const preface = prefaceOf(reached, windowSeed);
        // Cells begin at different places of the pattern: short runs see all of it.
        const faults = [...preface, ...faultsOf(kinds, seed, cellAt, cellAt + round * forks + w, windowSeed)];
        const window = { from: reached.moment, world: scene.world, faults, seed: windowSeed };
        const violation = runWindow(window);
        coverage.add(scene.cell, faults);
        if (!violation) continue;
        const shrunk = shrink(window, preface, violation);
        findings.push({ ...shrunk, seed, scene: at, window: w, windowSeed, cell: scene.cell, preface });
      }
    }
    options.onScene?.(at, result);
  }
  return result;
}

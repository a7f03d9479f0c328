import type { Clock } from '../../../core/clock.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { seededRandom } from '../../../core/random.ts';
import type { Engine } from '../../engine.ts';
import type { FoundExpert } from '../../experts.ts';
import type { Residents } from '../../residents-use.ts';
import type { Spent } from '../../scheduler/power.ts';
import { weightsFile } from '../child.ts';
import type { Merged } from '../merge.ts';
import type { Genome } from './genome.ts';
import { fitnessOf, judge, type LineScore, rightOf, type Verdict, type Weighed, weighedLines } from './judge.ts';
import { begun, GENERATIONS, type Litter, scored } from './litter.ts';
import { makeRoom, nameOf, settle } from './nursery.ts';
import { foundingOf, foundPair, type Pair, pairAgain } from './pair.ts';
import { forget, scratchFile } from './scratch.ts';
import { type EvolutionState, readState, writeState } from './state.ts';
import { type Bench, mergedTo, type Slices, scoresOf } from './trial.ts';

/** Of the search lines every sixteenth token is read, of the others each: reading costs as much as computing. */
const SEARCH_EVERY = 16;
/** Worse than any likelihood that is read. */
const UNFIT = -1000;
const LOOK_AGAIN_MS = 60_000;
/** A part of the free memory that a child may take beside those that answer. */
const MEMORY_PART = 0.5;

export interface EvolutionParts {
  /** Changes in place. */
  experts: readonly FoundExpert[];
  residents: Pick<Residents, 'facts' | 'memory'>;
  engine: Engine;
  modelsDir: string;
  seed: number;
  generations?: number;
  clock: Clock;
  log: Log;
}

export type Breeding = Pick<Litter, 'generation' | 'parents'>;

/** Breeds children of the experts here, in slices of a piece or a line each: it does nothing unless it is given one. */
export interface Evolution {
  /** Works on one slice until the signal; undefined where there is nothing to breed now. */
  step(signal: AbortSignal): Promise<Spent | undefined>;
  /** What it is at; undefined where nothing was begun. */
  doing(): Breeding | undefined;
  close(): Promise<void>;
}

export const startEvolution = (parts: EvolutionParts): Evolution => new Breeder(parts);

class Breeder implements Evolution {
  readonly #parts: EvolutionParts;
  #state: EvolutionState;
  #life: Slices<void> | undefined;
  #signal = AbortSignal.abort();
  #lookMs = Number.NEGATIVE_INFINITY;

  constructor(parts: EvolutionParts) {
    this.#parts = parts;
    this.#state = readState(parts.modelsDir);
  }

  async step(signal: AbortSignal): Promise<Spent | undefined> {
    this.#signal = signal;
    const nowMs = this.#parts.clock.monoMs();
    if (!this.#life && nowMs - this.#lookMs < LOOK_AGAIN_MS) return undefined;
    this.#life ??= this.#live();
    try {
      const slice = await this.#life.next();
      if (!slice.done) {
        this.#state.tokens += slice.value.tokens;
        return slice.value;
      }
    } catch (error) {
      this.#life = undefined;
      this.#lookMs = nowMs;
      throw error;
    }
    this.#life = undefined;
    this.#lookMs = nowMs;
    return undefined;
  }

  doing(): Breeding | undefined {
    return this.#life && (this.#state.litter ?? undefined);
  }

  async close(): Promise<void> {
    this.#signal = AbortSignal.abort();
    await this.#life?.return(undefined);
    this.#life = undefined;
  }

  /** One litter to its end. The next begins a minute later: the list of experts knows the child by then. */
  async *#live(): Slices<void> {
    const pair = this.#pair();
    const scratch = pair && scratchFile(pair.parents[0].fact.sizeBytes);
    if (!scratch) return;
    try {
      yield* this.#search(pair, scratch);
      yield* this.#decide(pair, scratch);
    } finally {
      forget(scratch);
    }
  }

  /** The litter that was begun, or a new one. */
  #pair(): Pair | undefined {
    const { experts, residents, seed } = this.#parts;
    const { litter, litters } = this.#state;
    const again = litter && pairAgain(experts, litter);
    const share = (id: string) => residents.facts(id).demandShare;
    const pair = again ?? foundPair(experts, share, seededRandom(seed + litters));
    if (!pair) return undefined;
    const { freeBytes, loading, waiting } = residents.memory();
    const { memoryBytes } = residents.facts(pair.parents[0].id);
    if (loading || waiting.length > 0 || memoryBytes > freeBytes * MEMORY_PART) return undefined;
    if (!again) this.#save({ litters: litters + 1, litter: begun(foundingOf(pair, share, seed + litters * 104_729)) });
    return pair;
  }

  #save(change: Partial<EvolutionState>): void {
    this.#state = { ...this.#state, ...change };
    writeState(this.#parts.modelsDir, this.#state);
  }

  get #bench(): Bench {
    const { engine, clock } = this.#parts;
    return { engine, clock, signal: () => this.#signal };
  }

  #child(pair: Pair, genome: Genome, scratch: string): Slices<Merged> {
    const name = nameOf([pair.parents[0].id, pair.parents[1].id], this.#state.litters);
    return mergedTo(scratch, pair, genome, this.#state.litter!.layers, name);
  }

  #scores({ parents }: Pair, path: string, lines: readonly Weighed[], every: number): Slices<LineScore[]> {
    const { sizeBytes } = parents[0].fact;
    const contextTokens = Math.min(...parents.map(({ fact }) => fact.contextTokens));
    return scoresOf(this.#bench, { path, sizeBytes, contextTokens }, lines, every);
  }

  async *#search(pair: Pair, scratch: string): Slices<void> {
    const lines = weighedLines(pair, this.#state.litter!.demand, 'search');
    for (let litter: Litter = this.#state.litter!; litter.waiting.length > 0; litter = this.#state.litter!) {
      const fitness = yield* this.#fitness(pair, litter.waiting[0]!, scratch, lines);
      this.#save({ litter: scored(litter, fitness, this.#parts.generations ?? GENERATIONS) });
    }
  }

  async *#fitness(pair: Pair, genome: Genome, scratch: string, lines: readonly Weighed[]): Slices<number> {
    try {
      yield* this.#child(pair, genome, scratch);
      return fitnessOf(lines, yield* this.#scores(pair, scratch, lines, SEARCH_EVERY));
    } catch (error) {
      // Weights too large for the format, or a file that the engine refuses: unfit, and no reason to end the litter.
      if (error instanceof HeatmineError && error.code === 'MODEL_INVALID') return UNFIT;
      throw error;
    }
  }

  /** The best one is judged by lines that no search has seen; told of by lines that no verdict has seen. */
  async *#decide(pair: Pair, scratch: string): Slices<void> {
    const litter = this.#state.litter!;
    const best = litter.scored[0]!.genome;
    const merged = yield* this.#child(pair, best, scratch);
    const files = [scratch, ...pair.parents.map(weightsFile)] as [string, string, string];
    const gate = yield* this.#compared(pair, files, 'gate');
    const look = this.#state.looks + 1;
    const scores = { child: gate.scores[0], parents: [gate.scores[1], gate.scores[2]] } as const;
    const verdict = judge(gate.lines, scores, look);
    const kept = verdict.keep ? yield* this.#keep(pair, best, verdict, { scratch, merged, files }) : null;
    const { chance, allowed } = verdict;
    const atMs = this.#parts.clock.wallMs();
    const told = { atMs, parents: [...litter.parents] as [string, string], generation: litter.generation };
    const outcome = { ...told, ...litter.scored[0]!, chance, allowed, kept };
    this.#parts.log.info({ parents: litter.parents, kept, chance }, 'evolution: a litter has ended');
    this.#save({ looks: look, litter: null, outcomes: [outcome, ...this.#state.outcomes] });
  }

  async *#compared(pair: Pair, files: readonly [string, string, string], set: 'gate' | 'report') {
    const lines = weighedLines(pair, this.#state.litter!.demand, set);
    const scores: LineScore[][] = [];
    for (const file of files) scores.push(yield* this.#scores(pair, file, lines, 1));
    return { lines, scores: scores as [LineScore[], LineScore[], LineScore[]] };
  }

  async *#keep(
    pair: Pair,
    genome: Genome,
    { beatsLead }: Verdict,
    { scratch, merged, files }: { scratch: string; merged: Merged; files: readonly [string, string, string] },
  ): Slices<string> {
    const { experts, residents, modelsDir, clock } = this.#parts;
    const { lines, scores } = yield* this.#compared(pair, files, 'report');
    const id = nameOf([pair.parents[0].id, pair.parents[1].id], this.#state.litters);
    const [lead, mate] = pair.parents;
    const pct = (who: number, of: 0 | 1) => `${(100 * rightOf(lines, scores[who]!, of)).toFixed(0)} %`;
    const quality = {
      metric: 'report lines word for word, likeliest token each, without grammar',
      ...{ value: rightOf(lines, scores[0], 0), n: lines.filter(({ of }) => of === 0).length },
      ...{ passes: beatsLead, evolved: true },
      note: `Word for word on ${lead.id}: ${pct(0, 0)} (${lead.id} ${pct(1, 0)}); on ${mate.id}: ${pct(0, 1)} (${mate.id} ${pct(2, 1)}). ${beatsLead ? 'Better than its lead on its own lines.' : 'As one model for both it is better than either; each parent is better or equal on its own.'}`,
    };
    makeRoom(experts, modelsDir, (one) => residents.facts(one).demandShare, clock.wallMs());
    const { litters, litter } = this.#state;
    const how = `Bred by evolution: litter ${litters}, generation ${litter!.generation}, by ${genome.method}`;
    await settle(modelsDir, { id, parents: pair.parents, how, quality }, scratch, merged);
    return id;
  }
}

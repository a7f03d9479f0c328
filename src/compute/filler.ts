import type { Clock } from '../core/clock.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type FoundExpert, fillerLines } from './experts.ts';
import type { Breeding, Evolution } from './merge/evolution/evolution.ts';
import type { Residents } from './residents-use.ts';
import {
  accrue,
  afterBreeding,
  afterScoring,
  cpuCapacity,
  FILLER_START,
  type FillerPace,
  mayBreed,
  mayScore,
  type Spent,
} from './scheduler/power.ts';
import type { Work } from './work.ts';

const MAX_LINES = 2000;
/** Until the first line was measured; on the careful side. */
const FIRST_CPU_MS_PER_TOKEN = 0.5;
const FAULT_PAUSE_MS = 10_000;

/**
 * Useful filler while nobody asks, as fast as the grant pays for: scores held-out lines with the resident experts, and
 * breeds new ones with the processor time that scoring leaves under the granted watts.
 */
export interface Filler {
  /** What it may spend from now on; with nothing, the line being scored is given up at its next piece. */
  allow(pace: FillerPace): void;
  /** Goes on where it has credit. */
  tick(): void;
  cpuMsPerToken(): number;
  /** Tokens a second that the allowed share of a core could make, by what was measured. */
  capacity(): number;
  /** Share of one core that filler really took over the last seconds. */
  cpuShare(): number;
  /** The litter that is worked on by turns with scoring; undefined where there is none. */
  breeding(): Breeding | undefined;
  stop(): Promise<void>;
}

export interface FillerParts {
  experts: readonly FoundExpert[];
  residents: Residents;
  work: Work;
  cpuShare: number;
  clock: Clock;
  log: Log;
  /** Left out where the owner wants none. */
  evolution?: Evolution | undefined;
}

/** Before anybody has allowed anything. */
const NOTHING: FillerPace = { tokensPerS: 0, watts: 0, limit: 'unpaid' };

export function startFiller(parts: FillerParts): Filler {
  const { work, clock, residents } = parts;
  const score = lineScorer(parts.experts, residents);
  const cpu = createCpuMeter(clock);
  // One for each line: a long-lived signal would gather what was joined to it.
  let [stopped, way, pace, credit] = [false, new AbortController(), NOTHING, FILLER_START];
  let [lastMs, pausedUntilMs] = [clock.monoMs(), 0];
  let working: Promise<void> | undefined;

  /** What a slice of breeding took; undefined where it is not its turn, or nothing is there to breed. */
  async function bred(signal: AbortSignal): Promise<Spent | undefined> {
    const spent = mayBreed(credit) ? await parts.evolution?.step(signal) : undefined;
    if (spent) credit = afterBreeding(credit, spent, cpu.msPerToken());
    return spent;
  }

  async function scored(signal: AbortSignal): Promise<Spent | undefined> {
    const spent = await score(signal);
    if (!spent) return undefined;
    credit = afterScoring(credit, spent);
    cpu.learn(spent);
    return spent;
  }

  /** Works on one slice and pays for it; false when there is nothing to do. */
  async function workOne(): Promise<boolean> {
    way = new AbortController();
    const spent = (await bred(way.signal)) ?? (await scored(way.signal));
    if (!spent) return false;
    cpu.add(spent.cpuMs);
    work.addFiller(spent.tokens, spent.expert);
    return true;
  }

  async function turn(): Promise<void> {
    try {
      while (mayScore(credit) && pace.watts > 0 && !stopped) if (!(await workOne())) return;
    } catch (error) {
      if (way.signal.aborted) return;
      pausedUntilMs = clock.monoMs() + FAULT_PAUSE_MS;
      parts.log.warn({ err: messageOf(error) }, 'filler pauses');
    }
  }

  return {
    allow(next) {
      pace = next;
      if (pace.watts <= 0) way.abort(new DOMException('others come first', 'AbortError'));
    },
    tick() {
      const nowMs = clock.monoMs();
      credit = accrue(credit, pace, parts.cpuShare, (nowMs - lastMs) / 1000);
      lastMs = nowMs;
      if (stopped || nowMs < pausedUntilMs) return;
      working ??= turn().finally(() => {
        working = undefined;
      });
    },
    cpuMsPerToken: () => cpu.msPerToken(),
    capacity: () => cpuCapacity(cpu.msPerToken(), parts.cpuShare),
    cpuShare: () => cpu.share(),
    breeding: () => parts.evolution?.doing(),
    async stop() {
      stopped = true;
      way.abort(new DOMException('stopping', 'AbortError'));
      await working;
      await parts.evolution?.close();
    },
  };
}

/** Scores one line; undefined when there is none. */
function lineScorer(experts: readonly FoundExpert[], residents: Residents) {
  const next = lineSource(experts, residents);
  return async (signal: AbortSignal): Promise<Spent | undefined> => {
    const line = next();
    if (!line) return undefined;
    const { model, release } = await residents.borrow(line.id);
    try {
      if (!model.score) return line.drop();
      const startedCpu = process.cpuUsage();
      const scored = await model.score(line.text, signal);
      const used = process.cpuUsage(startedCpu);
      const cpuMs = scored.cpuMs ?? (used.user + used.system) / 1000;
      return { tokens: scored.tokens, cpuMs, expert: line.id };
    } catch (error) {
      if (error instanceof HeatmineError && error.code === 'CONTEXT_LENGTH') return line.drop();
      throw error;
    } finally {
      release();
    }
  };
}

/** Lines in turn, of the experts in memory; when none is, of the first that may be loaded for it: none that the owner sent away. */
function lineSource(experts: readonly FoundExpert[], residents: Residents) {
  const sources = experts
    .filter((e) => e.fact?.engine === 'llama')
    .map((e) => ({ id: e.id, lines: fillerLines(e).slice(0, MAX_LINES), at: 0 }));
  let turn = 0;
  return () => {
    const usable = sources.filter((s) => s.lines.length > 0 && residents.fault(s.id) === undefined);
    const inMemory = usable.filter((s) => residents.resident(s.id));
    const source = inMemory.length
      ? inMemory[turn++ % inMemory.length]
      : usable.find(({ id }) =>
          residents
            .memory()
            .absent()
            .some((one) => one.id === id),
        );
    if (!source) return undefined;
    const at = source.at++ % source.lines.length;
    const drop = () => {
      source.lines.splice(at, 1);
      return { tokens: 0, cpuMs: 0 };
    };
    return { id: source.id, text: source.lines[at]!, drop };
  };
}

const SHARE_WINDOW_MS = 5000;
/** Of the newest line in the running mean. */
const MIN_WEIGHT = 0.03;

/** CPU time of the engine's process while a slice is worked on: what else runs meanwhile is counted too, on the careful side. */
function createCpuMeter(clock: Clock) {
  let msPerToken = FIRST_CPU_MS_PER_TOKEN;
  let lines = 0;
  const spent: { atMs: number; cpuMs: number }[] = [];
  const startedMs = clock.monoMs();
  return {
    /** Of a line that was scored. */
    learn({ tokens, cpuMs }: Spent) {
      if (tokens === 0) return;
      const weight = Math.max(MIN_WEIGHT, 1 / ++lines);
      msPerToken += weight * (cpuMs / tokens - msPerToken);
    },
    /** Of whatever filler did. */
    add: (cpuMs: number) => void spent.push({ atMs: clock.monoMs(), cpuMs }),
    msPerToken: () => msPerToken,
    share() {
      const nowMs = clock.monoMs();
      while (spent[0] && nowMs - spent[0].atMs > SHARE_WINDOW_MS) spent.shift();
      const windowMs = Math.max(1, Math.min(SHARE_WINDOW_MS, nowMs - startedMs));
      return spent.reduce((sum, s) => sum + s.cpuMs, 0) / windowMs;
    },
  };
}

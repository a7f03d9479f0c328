import type { Card } from '../contract/cards.ts';
import type { Clock } from '../core/clock.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type FoundExpert, fillerLines } from './experts.ts';
import type { Breeding, Evolution } from './merge/evolution/evolution.ts';
import type { Spent } from './merge/evolution/trial.ts';
import type { Power } from './power.ts';
import type { Residents } from './residents-use.ts';
import { accrue, cpuCapacity, type FillerCredit, type FillerPace, fillerPace, mayScore } from './scheduler/power.ts';
import type { Work } from './work.ts';

const TICK_MS = 250;
const MAX_LINES = 2000;
/** Until the first line was measured; on the careful side. */
const FIRST_CPU_MS_PER_TOKEN = 0.5;
const FAULT_PAUSE_MS = 10_000;

/**
 * Useful filler while nobody asks, as fast as the grant pays for: breeds experts where there are two to breed, else scores
 * held-out lines with the resident ones.
 */
export interface Filler {
  /** A question came: the line being scored is given up at its next piece. */
  giveWay(): void;
  pace(): FillerPace;
  /** Tokens a second that the allowed share of a core could make, by what was measured. */
  capacity(): number;
  /** Share of one core that filler really took over the last seconds. */
  cpuShare(): number;
  /** What is bred now; undefined while lines are scored. */
  breeding(): Breeding | undefined;
  stop(): Promise<void>;
}

export interface FillerParts {
  experts: readonly FoundExpert[];
  residents: Residents;
  power: Power;
  work: Work;
  card: Card;
  cpuShare: number;
  clock: Clock;
  log: Log;
  questions(): number;
  /** Left out where the owner wants none. */
  evolution?: Evolution | undefined;
}

export function startFiller(parts: FillerParts): Filler {
  const { power, work, card, clock, residents } = parts;
  const score = lineScorer(parts.experts, residents);
  const cpu = createCpuMeter(clock);
  let stopped = false;
  // One for each line: a long-lived signal would gather what was joined to it.
  let way = new AbortController();
  let wake = () => {};
  let isBreeding = false;
  let credit: FillerCredit = { tokens: 0, cpuMs: 0 };

  const paceNow = () => {
    const { workW, freeW } = power.now();
    const measured = { owedJ: work.owedJ(), cpuMsPerToken: cpu.msPerToken(), questions: parts.questions() };
    return fillerPace({ ...measured, freeW, workW, jPerToken: card.jPerToken, cpuShare: parts.cpuShare });
  };

  /** One slice of whatever comes first, and what it took; undefined when there is nothing to do. */
  async function slice(): Promise<Spent | undefined> {
    way = new AbortController();
    const bred = await parts.evolution?.step(way.signal);
    isBreeding = bred !== undefined;
    return bred ?? score(way.signal);
  }

  /** Works on one slice and pays for it; false when there is nothing to do. */
  async function workOne(): Promise<boolean> {
    const spent = await slice();
    if (!spent) return false;
    const { tokens, cpuMs } = spent;
    cpu.add(cpuMs, tokens);
    work.addFiller(tokens);
    credit = { tokens: credit.tokens - tokens, cpuMs: credit.cpuMs - cpuMs };
    return true;
  }

  async function turn(dtS: number): Promise<void> {
    credit = accrue(credit, paceNow(), parts.cpuShare, dtS);
    while (mayScore(credit) && parts.questions() === 0 && !stopped) if (!(await workOne())) return;
  }

  async function run(): Promise<void> {
    let lastMs = clock.monoMs();
    let pauseMs = TICK_MS;
    while (!stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const nowMs = clock.monoMs();
      pauseMs = TICK_MS;
      await turn((nowMs - lastMs) / 1000).catch((error) => {
        if (way.signal.aborted) return;
        pauseMs = FAULT_PAUSE_MS;
        parts.log.warn({ err: messageOf(error) }, 'filler pauses');
      });
      lastMs = nowMs;
    }
  }
  const running = run();
  return {
    giveWay: () => way.abort(new DOMException('a question came', 'AbortError')),
    pace: paceNow,
    capacity: () => cpuCapacity(cpu.msPerToken(), parts.cpuShare),
    cpuShare: () => cpu.share(),
    breeding: () => (isBreeding ? parts.evolution?.doing() : undefined),
    async stop() {
      stopped = true;
      way.abort(new DOMException('stopping', 'AbortError'));
      wake();
      await running;
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
      return { tokens: scored.tokens, cpuMs: scored.cpuMs ?? (used.user + used.system) / 1000 };
    } catch (error) {
      if (error instanceof HeatmineError && error.code === 'CONTEXT_LENGTH') return line.drop();
      throw error;
    } finally {
      release();
    }
  };
}

/** Lines in turn, of the experts in memory; when none is, of the first that can score, which is then loaded. */
function lineSource(experts: readonly FoundExpert[], residents: Residents) {
  const sources = experts
    .filter((e) => e.fact?.engine === 'llama')
    .map((e) => ({ id: e.id, lines: fillerLines(e).slice(0, MAX_LINES), at: 0 }));
  let turn = 0;
  return () => {
    const usable = sources.filter((s) => s.lines.length > 0 && residents.fault(s.id) === undefined);
    const inMemory = usable.filter((s) => residents.resident(s.id));
    const source = inMemory.length ? inMemory[turn++ % inMemory.length] : usable[0];
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

/** CPU time of this process while a line is scored: what else runs meanwhile is counted too, on the careful side. */
function createCpuMeter(clock: Clock) {
  let msPerToken = FIRST_CPU_MS_PER_TOKEN;
  let lines = 0;
  let owedMs = 0;
  const spent: { atMs: number; cpuMs: number }[] = [];
  const startedMs = clock.monoMs();
  return {
    add(cpuMs: number, tokens: number) {
      spent.push({ atMs: clock.monoMs(), cpuMs });
      // What makes no tokens, such as merging, belongs to those that come of it.
      owedMs += cpuMs;
      if (tokens === 0) return;
      const weight = Math.max(MIN_WEIGHT, 1 / ++lines);
      msPerToken += weight * (owedMs / tokens - msPerToken);
      owedMs = 0;
    },
    msPerToken: () => msPerToken,
    share() {
      const nowMs = clock.monoMs();
      while (spent[0] && nowMs - spent[0].atMs > SHARE_WINDOW_MS) spent.shift();
      const windowMs = Math.max(1, Math.min(SHARE_WINDOW_MS, nowMs - startedMs));
      return spent.reduce((sum, s) => sum + s.cpuMs, 0) / windowMs;
    },
  };
}

import { execFile } from 'node:child_process';
import type { Image, Outputs } from '../contract/points.ts';
import { messageOf } from '../core/errors.ts';
import type { CoreState } from './state.ts';
import { step } from './step.ts';
import type { StepInput, Verdict } from './types.ts';
import { BLIND, BLIND_MS, flippedAt, seenBy, WATCH_START, watchStep } from './watchdog.ts';

export const TICK_MS = 100;
const RING = 1200;
/** A stall longer than this is not handed on as house time: nothing was controlled meanwhile. */
const MAX_REAL_S = 5;
const FAILURES_TO_END = 5;

/** The part of the HAL that the loop drives. */
export interface LoopHal {
  image(tick: number): Image;
  apply(outputs: Outputs): void;
  deadMan: { toggle(): void; flippedMs(): number | undefined };
}

export interface LoopOptions {
  hal: LoopHal;
  monoMs(): number;
  speed: number;
  /** Wishes and leases as they stand at this moment. */
  inputs(nowMs: number): Omit<StepInput, 'image' | 'dtS'>;
  start: CoreState;
  onTick(image: Image, verdict: Verdict, state: CoreState): void;
  /** The loop cannot go on: the process should end and be started anew. */
  onFail(error: unknown): void;
  /** Something that stopped the dead-man from being fed, told once each time. */
  onStarve(why: string): void;
}

export interface Lateness {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  ticks: number;
  /** Ticks since the start that fell out because the one before took too long, or nobody let control run. */
  missed: number;
}

export interface ControlLoop {
  stop(): void;
  state(): CoreState;
  lateness(): Lateness;
}

function latenessRing() {
  const ring = new Float64Array(RING);
  let ticks = 0;
  let maxMs = 0;
  return {
    add(ms: number) {
      ring[ticks++ % RING] = ms;
      maxMs = Math.max(maxMs, ms);
    },
    /** Percentiles over the last 1,200 ticks (2 min), maximum since the start. */
    read(): Omit<Lateness, 'missed'> {
      const sorted = ring.slice(0, Math.min(ticks, RING)).sort();
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs, ticks };
    },
  };
}

/**
 * Ten ticks a second on a grid that does not drift: a late tick does not delay the next. The dead-man is fed only at
 * the end of a tick whose sensors were read, whose verdict is sound and whose outputs were handed to the HAL.
 */
export function startLoop(options: LoopOptions): ControlLoop {
  const { hal, monoMs, speed } = options;
  const late = latenessRing();
  let state = options.start;
  let tick = 0;
  let lastMs: number | undefined;
  let watch = WATCH_START;
  let starved: string | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let dueMs = monoMs();
  let missed = 0;

  function once(): void {
    const seen = hal.image(tick++);
    watch = flippedAt(watch, hal.deadMan.flippedMs());
    const image = seenBy(watch, seen);
    const realS = lastMs === undefined ? TICK_MS / 1000 : Math.min(MAX_REAL_S, (image.atMs - lastMs) / 1000);
    lastMs = image.atMs;
    const done = step(state, { ...options.inputs(image.atMs), image, dtS: realS * speed });
    state = done.state;
    hal.apply(done.verdict.outputs);
    const { watch: watched, feed, why } = watchStep(watch, seen, done.verdict, monoMs());
    if (feed) hal.deadMan.toggle();
    watch = watched;
    // The first sensors need their time: until then their absence is no news.
    if (why !== BLIND || tick * TICK_MS > BLIND_MS) {
      if (why !== undefined && why !== starved) options.onStarve(why);
      starved = why;
    }
    options.onTick(image, done.verdict, state);
  }

  function run(): void {
    if (stopped) return;
    late.add(Math.max(0, monoMs() - dueMs));
    try {
      once();
      failures = 0;
    } catch (error) {
      options.onStarve(`tick failed: ${messageOf(error)}`);
      if (++failures >= FAILURES_TO_END) options.onFail(error);
    }
    const nowMs = monoMs();
    // Ticks that were missed are skipped, not made up for: the next one lies on the same grid.
    const on = Math.max(1, Math.ceil((nowMs - dueMs) / TICK_MS));
    missed += on - 1;
    dueMs += TICK_MS * on;
    // Rounded up: Node cuts fractions off, and a tick that comes early would pass for punctual.
    timer = setTimeout(run, Math.max(0, Math.ceil(dueMs - nowMs)));
  }

  run();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    state: () => state,
    lateness: () => ({ ...late.read(), missed }),
  };
}

/** Asks for SCHED_FIFO; resolves with whether the kernel granted it. Without it the loop still runs, less evenly under load. */
export function tryRealtime(pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('chrt', ['-f', '-p', '50', String(pid)], { timeout: 2000 }, (error) => resolve(error === null));
  });
}

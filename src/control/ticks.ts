import { mkdir, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SAFETY_STATES } from '../contract/messages.ts';
import { ACTUATOR_NAMES, type Image, SENSOR_NAMES } from '../contract/points.ts';
import { messageOf } from '../core/errors.ts';
import { packTicks, type Ticks, ticksFile, ticksFiles } from '../core/ticks.ts';
import { isTrip } from './estimate/points.ts';
import type { Verdict } from './types.ts';

/** Ten minutes of ticks in RAM, 1.2 MB, written down when something has gone wrong: what led to it, and what came of it. */
const TICKS = 6000;
/** What follows a fault is half of its story. */
const AFTER_MS = 10_000;
const KEPT_FILES = 8;
/** A contact that chatters must not wear the card out: this many in a row, then one an hour. A file has some 200 kB. */
const BURST = 4;
const AGAIN_MS = 3_600_000;

const TRIPS = SENSOR_NAMES.filter(isTrip);
const COLUMNS = [
  ...SENSOR_NAMES,
  ...ACTUATOR_NAMES.map((name) => `${name} confirmed`),
  ...ACTUATOR_NAMES.map((name) => `${name} ordered`),
  'safety',
  'latched',
  'oldestTripPointMs',
];

export interface TickLog {
  add(image: Image, verdict: Verdict): void;
  /** Something to write down; `timeMs` is what people are told. More than one within seconds make one file. */
  fault(why: string, timeMs: number): void;
  /** Writes what is due and waits for it. */
  close(): Promise<void>;
}

const squeeze = promisify(gzip);

/** Ring of typed arrays: a tick costs no garbage. */
function createRing() {
  const atMs = new Float64Array(TICKS);
  const values = new Float32Array(TICKS * COLUMNS.length);
  let count = 0;
  const unrolled = <A extends Float64Array | Float32Array>(ring: A, width: number): A => {
    const from = count <= TICKS ? 0 : (count % TICKS) * width;
    const used = Math.min(count, TICKS) * width;
    const out = ring.slice(0, used) as A;
    if (from > 0) {
      out.set(ring.subarray(from), 0);
      out.set(ring.subarray(0, from), used - from);
    }
    return out;
  };
  return {
    add(image: Image, { outputs, safety, latched }: Verdict) {
      const row = count++ % TICKS;
      atMs[row] = image.atMs;
      let at = row * COLUMNS.length;
      for (const name of SENSOR_NAMES) {
        const { value, quality } = image.sensors[name];
        values[at++] = quality === 'good' ? value : Number.NaN;
      }
      for (const name of ACTUATOR_NAMES) values[at++] = image.actuators[name];
      for (const name of ACTUATOR_NAMES) values[at++] = outputs[name];
      values[at++] = SAFETY_STATES.indexOf(safety);
      values[at++] = latched ? 1 : 0;
      let oldestMs = 0;
      for (const name of TRIPS) oldestMs = Math.max(oldestMs, image.atMs - image.sensors[name].atMs);
      values[at] = oldestMs;
    },
    lastMs: () => atMs[(count + TICKS - 1) % TICKS]!,
    copy: () => ({ atMs: unrolled(atMs, 1), values: unrolled(values, COLUMNS.length) }),
  };
}

/** `afterMs` is how long what follows a fault is waited for. A disk that takes nothing is told and stops nothing. */
export function openTickLog(
  dir: string,
  onProblem: (text: string) => void,
  { monoMs, afterMs = AFTER_MS }: { monoMs(): number; afterMs?: number },
): TickLog {
  const ring = createRing();
  let due: { story: Pick<Ticks, 'why' | 'timeMs' | 'faultMs'>; timer: NodeJS.Timeout } | undefined;
  let written = Promise.resolve();
  let tokens = BURST;
  let takenMs = monoMs();

  async function write(ticks: Ticks): Promise<void> {
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeFile(ticksFile(dir, ticks.timeMs), await squeeze(packTicks(ticks)), { mode: 0o600 });
      for (const old of ticksFiles(dir).slice(0, -KEPT_FILES)) await rm(old, { force: true });
    } catch (error) {
      onProblem(`the ticks of a fault cannot be written to ${dir}: ${messageOf(error)}`);
    }
  }
  function dump(): void {
    if (!due) return;
    clearTimeout(due.timer);
    const ticks = { ...due.story, columns: COLUMNS, ...ring.copy() };
    due = undefined;
    written = written.then(() => write(ticks));
  }
  function allowed(): boolean {
    const nowMs = monoMs();
    tokens = Math.min(BURST, tokens + (nowMs - takenMs) / AGAIN_MS);
    takenMs = nowMs;
    if (tokens < 1) return false;
    tokens--;
    return true;
  }
  return {
    add: ring.add,
    fault(why, timeMs) {
      if (due || !allowed()) return;
      due = { story: { why, timeMs, faultMs: ring.lastMs() }, timer: setTimeout(dump, afterMs).unref() };
    },
    close() {
      dump();
      return written;
    },
  };
}

import { arch, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os';
import pkg from '../../../package.json' with { type: 'json' };
import type { Config } from '../../core/config.ts';
import { readTicks, ticksFiles } from '../../core/ticks.ts';
import type { History } from '../history/history.ts';
import type { View } from '../view.ts';

const HIDDEN = '(set, not shown)';
/** Commands and accounts elsewhere; every address with a host is hidden too, for a topic or a token may be part of it, and every mailbox. */
const PRIVATE = new Set(['run', 'username', 'passwordFile', 'caFile']);
const isPrivate = (text: string, key: string) => PRIVATE.has(key) || text.includes('://') || text.includes('@');

/** The configuration in force, without what only its owner should know. */
export function shownConfig(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return isPrivate(value, key) ? HIDDEN : value;
  if (Array.isArray(value)) return value.map((each) => shownConfig(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shownConfig(each, name)]));
}

const EVENTS = 200;
const HOURS = 24;
const POINTS = ['roomC', 'supplyC', 'returnC', 'bufferTopC', 'hotWaterC', 'accelOutC', 'heatFlowLpm', 'accelFlowLpm'];

/** Ticks this close before the fault and all after it are told one by one, of those before every hundredth. */
const CLOSE_S = 60;
const FAR_EVERY = 100;

/** The last fault, tick by tick; null where there was none, or its file is broken. */
export function lastFault(dir: string): unknown {
  const file = ticksFiles(dir).at(-1);
  if (file === undefined) return null;
  try {
    const { why, timeMs, faultMs, columns, atMs, values } = readTicks(file);
    const rows = [...atMs].flatMap((ms, tick) => {
      const s = (ms - faultMs) / 1000;
      if (s < -CLOSE_S && tick % FAR_EVERY > 0) return [];
      const row = values.subarray(tick * columns.length, (tick + 1) * columns.length);
      return [[Number(s.toFixed(1)), ...[...row].map((x) => (Number.isNaN(x) ? null : Number(x.toPrecision(5))))]];
    });
    return { why, timeMs, columns: ['s', ...columns], rows };
  } catch {
    return null;
  }
}

/** What somebody who helps needs to see. No keys, no passwords, no words of questions: those are kept nowhere anyway. */
export function supportBundle(config: Config, view: View, history: History, ticksDir: string): unknown {
  return {
    version: pkg.version,
    node: process.version,
    machine: {
      platform: `${platform()} ${arch()}`,
      release: release(),
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      freeMiB: Math.round(freemem() / 2 ** 20),
      load: loadavg(),
      upS: Math.round(uptime()),
    },
    config: shownConfig(config),
    state: view.snapshot(),
    events: history.events(EVENTS),
    lastFault: lastFault(ticksDir),
    history: history.query(POINTS, HOURS),
  };
}

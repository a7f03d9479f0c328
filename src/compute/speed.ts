import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ControlState } from '../contract/messages.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Link } from '../core/link.ts';
import type { Log } from '../core/log.ts';
import { curveOf, SpeedCurve, type SpeedSample, speedSample } from './speed-curve.ts';

/** Two minutes at 1 Hz take 120; the rest is not kept. */
const MOST_SAMPLES = 600;

/** What commissioning measured, from the state directory; undefined when nothing was, or nobody can read it. */
export function readCurve(file: string, log: Log): SpeedCurve | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return SpeedCurve.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ file, err: messageOf(error) }, 'measured speed unreadable; published figures hold: commission again');
    return undefined;
  }
}

export interface SpeedParts {
  link: Pick<Link, 'on'>;
  tokensPerS(): number;
  card: string;
  count: number;
  /** Undefined: measured, told, not kept. Nor is it on simulated hardware, whatever its board is called: watts are made from tokens there. */
  file: string | undefined;
  clock: Clock;
  log: Log;
}

/** Watches commissioning, and keeps the curve that its check of the caps gives; it holds from the next start. */
export function watchSpeed({ link, tokensPerS, card, count, file, clock, log }: SpeedParts): void {
  let samples: SpeedSample[] = [];
  link.on('controlState', (state: ControlState) => {
    const sample = speedSample(state, tokensPerS(), clock.monoMs());
    if (sample) {
      if (samples.length < MOST_SAMPLES) samples.push(sample);
      return;
    }
    if (samples.length === 0) return;
    const points = curveOf(samples);
    samples = [];
    if (!points) return log.warn('speed by cap was not measured: the accelerator computed too little');
    const kept = file !== undefined && !state.simulated;
    log.info({ points, kept }, 'speed by cap measured; if kept, it holds from the next start');
    if (!kept) return;
    const curve: SpeedCurve = { measuredAt: new Date(clock.wallMs()).toISOString(), card, count, points };
    writeFileSync(`${file}.new`, JSON.stringify(curve), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  });
}

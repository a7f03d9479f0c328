import { z } from 'zod';
import type { Card } from '../contract/cards.ts';
import { SPEED_CHECK } from '../contract/commission.ts';
import type { ControlState } from '../contract/messages.ts';

/** A point of the accelerator as measured on this unit: what it drew and how fast it was, all cards together. */
const Point = z.strictObject({ powerW: z.number().positive().max(1e6), tokensPerS: z.number().positive().max(1e9) });

/** As kept in the state directory. `count`: cards it was measured with. */
export const SpeedCurve = z.strictObject({
  measuredAt: z.iso.datetime(),
  card: z.string().max(64),
  count: z.int().min(1).max(64),
  points: z.array(Point).min(4).max(16),
});
export type SpeedCurve = z.infer<typeof SpeedCurve>;

export interface SpeedSample {
  atMs: number;
  capW: number;
  powerW: number;
  /** Mean over the last seconds, so it lags a new cap by so much. */
  tokensPerS: number;
}

/** Speed is a mean over 5 s, and the sensors' own lag: samples of a cap count after this. */
const SETTLE_MS = 7000;
const LEAST_SAMPLES = 3;
const LEAST_POINTS = 4;
/** Points nearer than this say nothing of a slope. */
const APART = 1.05;

/** What control's state says of the accelerator while it is being measured; undefined when it is not, or its meter is not good. */
export function speedSample(state: ControlState, tokensPerS: number, atMs: number): SpeedSample | undefined {
  const { value, quality } = state.sensors.accelW ?? {};
  const capW = state.outputs.accelCapW ?? 0;
  if (state.commission?.running !== SPEED_CHECK || quality !== 'good' || typeof value !== 'number') return undefined;
  return capW > 0 && value > 0 ? { atMs, capW, powerW: value, tokensPerS } : undefined;
}

/**
 * The points of a run, in rising order of power: the mean of what was seen under each cap once it had settled. Undefined where
 * fewer than four are left that differ in power, as when nothing computed.
 */
export function curveOf(samples: readonly SpeedSample[]): SpeedCurve['points'] | undefined {
  const byCap = Map.groupBy(samples, (s) => s.capW);
  const means = [...byCap.values()]
    .map((all) => all.filter((s) => s.atMs - all[0]!.atMs >= SETTLE_MS && s.tokensPerS > 0))
    .filter((settled) => settled.length >= LEAST_SAMPLES)
    .map((settled) => ({ powerW: mean(settled, 'powerW'), tokensPerS: mean(settled, 'tokensPerS') }))
    .sort((a, b) => a.powerW - b.powerW);
  const points = means.filter((p, i) => i === 0 || p.powerW >= APART * means[i - 1]!.powerW);
  return points.length >= LEAST_POINTS ? points : undefined;
}

const mean = (samples: readonly SpeedSample[], what: 'powerW' | 'tokensPerS') =>
  samples.reduce((sum, s) => sum + s[what], 0) / samples.length;

/** The card with what was measured here in place of what others published; unchanged when it was another accelerator. */
export function measuredCard(card: Card, count: number, curve: SpeedCurve | undefined): Card & { measured: boolean } {
  if (!curve || curve.card !== card.id || curve.count !== count) return { ...card, measured: false };
  const points = curve.points.map((p) => ({ capW: p.powerW / count, tokensPerS: p.tokensPerS / count }));
  const top = points.at(-1)!;
  const source = `measured on this unit at ${curve.measuredAt}`;
  return {
    ...card,
    jPerToken: top.capW / top.tokensPerS,
    tokensPerS: top.tokensPerS,
    source,
    byCap: { points, source },
    measured: true,
  };
}

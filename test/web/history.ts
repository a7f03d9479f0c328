import type { SensorName } from '../../src/contract/points.ts';
import { VALUES } from './snapshots.ts';

const MINUTE_MS = 60_000;

/** What is no sensor: a house that wants heat, at a fixed price, with one answer in three minutes. */
const MORE: Record<string, (minute: number) => number> = {
  heatNeedW: () => 9400,
  accelHeatW: () => 2760,
  condenserW: () => 6670,
  priceEurPerKwh: () => 0.312,
  exportEurPerKwh: () => 0.079,
  tokensPerS: () => 956,
  answered: (minute) => Math.floor(minute / 3),
  answerTokens: (minute) => Math.floor(minute / 3) * 85,
};

/** Means as net answers them, never more than two thousand: a slow wave around each value. */
export function history(points: readonly string[], hours: number) {
  const step = Math.ceil((hours * 60) / 2000);
  const rows = [];
  for (let minute = hours * 60; minute >= 0; minute -= step) {
    const wave = Math.sin(minute / 50);
    const row = points.map(
      (name) =>
        MORE[name]?.(hours * 60 - minute) ??
        (VALUES[name as SensorName] ?? 1) * (1 + (name.endsWith('W') ? 0.3 : 0.04) * wave),
    );
    rows.push([Date.now() - minute * MINUTE_MS, ...row]);
  }
  return { stepS: step * 60, simulated: true, points, rows, minutes: rows.map(() => step) };
}

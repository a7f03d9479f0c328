import type { Words } from './index.ts';

/** A point's value as people say it: a figure with its unit, and of switches and contacts what they mean. */
export function shownPoint(t: Words['t'], f: Words['f'], name: string, value: number | null | undefined): string {
  if (value == null) return f.number(null);
  if (name.endsWith('On')) return value >= 0.5 ? t.plant.on : t.plant.off;
  if (name.endsWith('Ok')) return value >= 0.5 ? t.plant.well : t.plant.alarm;
  return f.point(name, value);
}

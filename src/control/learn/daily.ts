/** Values by hour of the week, as last seen: what to expect when nobody forecasts. Plain JSON; week and day begin with t = 0. */
export interface Daily {
  /** 168 running means; null: never seen. */
  hours: readonly (number | null)[];
}

export const DAILY_START: Daily = { hours: new Array(168).fill(null) };

const hourOf = (t: number) => ((Math.floor(t / 3600) % 168) + 168) % 168;

export function seen(daily: Daily, t: number, value: number, share: number): Daily {
  const i = hourOf(t);
  const old = daily.hours[i];
  const next = old === null || old === undefined ? value : old + share * (value - old);
  return next === old ? daily : { hours: daily.hours.map((v, k) => (k === i ? next : v)) };
}

/** The most to expect at `t`: the same hour of the week, else the highest of other days; null: never seen. */
export function most(daily: Daily, t: number): number | null {
  const same = daily.hours[hourOf(t)];
  if (same !== null && same !== undefined) return same;
  let highest: number | null = null;
  for (let k = hourOf(t) % 24; k < 168; k += 24) {
    const v = daily.hours[k];
    if (v !== null && v !== undefined) highest = Math.max(highest ?? v, v);
  }
  return highest;
}

/** The mean of the same hour over all days; null: never seen. For what only follows the day, such as weather. */
export function typical(daily: Daily, t: number): number | null {
  let sum = 0;
  let n = 0;
  for (let k = hourOf(t) % 24; k < 168; k += 24) {
    const v = daily.hours[k];
    if (v === null || v === undefined) continue;
    sum += v;
    n++;
  }
  return n ? sum / n : null;
}

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

/** A day that has gone its own way for this long goes on so for a while. */
const OWN_WAY_S = 2 * 3600;
const OWN_WAY = 0.5;
const GOES_ON_S = 12 * 3600;

const DAY_S = 86_400;

/** The value of an hour where it was seen and unlike the same hour of the other days; else null. */
function unlikeOthers(daily: Daily, t: number): number | null {
  const here = daily.hours[hourOf(t)];
  if (here === null || here === undefined) return null;
  const elsewhere = most({ hours: daily.hours.map((v, k) => (k === hourOf(t) ? null : v)) }, t);
  return elsewhere === null || Math.abs(here - elsewhere) < OWN_WAY ? null : here;
}

/**
 * As `most` at `thenS`, but an hour of the week never seen is like now on a day that has left the others' way, and like
 * yesterday where yesterday was the first such day: weekends have two.
 */
export function mostFrom(daily: Daily, t: number, now: number, thenS: number): number | null {
  const usual = most(daily, thenS);
  const known = daily.hours[hourOf(thenS)];
  if (usual === null || (known !== null && known !== undefined)) return usual;
  const yesterday = thenS - DAY_S <= t ? unlikeOthers(daily, thenS - DAY_S) : null;
  if (yesterday !== null && unlikeOthers(daily, thenS - 2 * DAY_S) === null) return yesterday;
  if (thenS > t + GOES_ON_S) return usual;
  for (let backS = 0; backS <= OWN_WAY_S; backS += 3600) {
    const i = hourOf(t - backS);
    const here = backS === 0 ? now : daily.hours[i];
    const elsewhere = most({ hours: daily.hours.map((v, k) => (k === i ? null : v)) }, t - backS);
    if (here === null || here === undefined || elsewhere === null || Math.abs(here - elsewhere) < OWN_WAY) return usual;
  }
  return now;
}

function sameHour(daily: Daily, t: number): number[] {
  const values: number[] = [];
  for (let k = hourOf(t) % 24; k < 168; k += 24) {
    const v = daily.hours[k];
    if (v !== null && v !== undefined) values.push(v);
  }
  return values;
}

/** The mean of the same hour over all days; null: never seen. For what only follows the day, such as weather. */
export function typical(daily: Daily, t: number): number | null {
  const values = sameHour(daily, t);
  return values.length > 0 ? values.reduce((sum, v) => sum + v, 0) / values.length : null;
}

/** The middle of the same hour over all days, of two middles the lower; null: never seen. What came once, a spike, does not count. */
export function middle(daily: Daily, t: number): number | null {
  const values = sameHour(daily, t).sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) / 2)] ?? null;
}

/** By how much the last 24 hours lay above the middle of theirs. */
export function risen(daily: Daily, t: number): number {
  let sum = 0;
  for (let h = 0; h < 24; h++) {
    const v = daily.hours[hourOf(t - 3600 * h)];
    if (v !== null && v !== undefined) sum += (v - middle(daily, t - 3600 * h)!) / 24;
  }
  return sum;
}

/** Share of the latest `dtS` in the hour so far: with it `seen` keeps the mean of each hour. */
export const shareOfHour = (t: number, dtS: number): number =>
  dtS > 0 ? dtS / ((((t % 3600) + 3600) % 3600) + dtS) : 1;

import { DEFAULT_SETPOINTS, type SetPoints } from '../contract/messages.ts';
import type { StepInput } from './types.ts';

/**
 * The last look at an input before it becomes state, where a single NaN would stay for ever. What comes from outside has
 * passed its schema; this holds for whatever calls `step`. Time that makes no sense does not pass, a figure that is none
 * counts as not told, a set-point that is none as its default. Readings are judged one by one in `estimate`.
 */
const YEAR_10000_MS = 253_402_300_800_000;

const finite = (x: number | undefined) => x === undefined || Number.isFinite(x);
/** The object as it is, or undefined where one of its numbers is none. */
const whole = <T extends object>(given: T | undefined): T | undefined => {
  for (const key in given) {
    const x = given[key];
    if (typeof x === 'number' && !Number.isFinite(x)) return undefined;
  }
  return given;
};

function setPointsOf(given: SetPoints): SetPoints {
  const { roomSetC, hotWaterSetC, computeValueEurPerKwh } = given;
  if (finite(roomSetC) && finite(hotWaterSetC) && finite(computeValueEurPerKwh)) return given;
  const or = (x: number, otherwise: number) => (Number.isFinite(x) ? x : otherwise);
  return {
    ...given,
    roomSetC: or(roomSetC, DEFAULT_SETPOINTS.roomSetC),
    hotWaterSetC: or(hotWaterSetC, DEFAULT_SETPOINTS.hotWaterSetC),
    computeValueEurPerKwh: or(computeValueEurPerKwh, DEFAULT_SETPOINTS.computeValueEurPerKwh),
  };
}

/** `lastMs`: monotonic time of the last image, null before the first. */
export function sound(lastMs: number | null, given: StepInput): StepInput {
  const { image, dtS, timeMs, zones, ahead } = given;
  const clock = Number.isFinite(image.atMs);
  const passes = clock && Number.isFinite(dtS) && dtS > 0;
  const told = timeMs !== undefined && timeMs >= 0 && timeMs < YEAR_10000_MS ? timeMs : undefined;
  const setPoints = setPointsOf(given.setPoints);
  const [market, want, ems] = [whole(given.market), whole(given.want), whole(given.ems)];
  // Most ticks: nothing is the matter, and nothing is copied.
  const asGiven = passes && told === timeMs && setPoints === given.setPoints && !zones && !ahead;
  if (asGiven && market === given.market && want === given.want && ems === given.ems) return given;
  const { timeMs: _, ...rest } = given;
  return {
    ...rest,
    ...(told !== undefined && { timeMs: told }),
    image: clock ? image : { ...image, atMs: lastMs ?? 0 },
    dtS: passes ? dtS : 0,
    setPoints,
    market,
    want,
    ems,
    ...(ahead && { ahead: ahead.filter((slot) => whole(slot)) }),
    ...(zones && { zones: zones.filter((z) => whole(z)) }),
  };
}

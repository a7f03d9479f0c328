import type { Override } from '../../contract/comfort.ts';
import type { House } from '../../contract/house.ts';
import type { Reason } from '../../contract/messages.ts';
import { durationText } from './overrides.ts';

/** First heating of a new floor (EN 1264-4): three days at 25 °C, then the design temperature for the rest, no less than four days. */
const GENTLE_S = 3 * 86_400;
const GENTLE_C = 25;
/** EN 1264-4: no screed may be hotter. */
const SCREED_MAX_C = 55;
const DAYS_S = 7 * 86_400;

export interface Screed {
  /** Supply temperature in place of the weather curve; undefined when no floor is dried. */
  supplyC: number | undefined;
  reasons: Reason[];
}

/** The programme is as old as its week has fewer seconds left: one that is asked for shorter skips the gentle days. */
export function screedStep(overrides: readonly Override[], heats: boolean, house: House): Screed {
  const screed = overrides.find(({ kind }) => kind === 'screed');
  if (!screed || !heats) return { supplyC: undefined, reasons: [] };
  const gentle = DAYS_S - screed.leftS < GENTLE_S;
  const supplyC = Math.min(gentle ? GENTLE_C : house.supplyDesignC, SCREED_MAX_C);
  const text = `a new floor is dried: supply ${supplyC} °C whatever room and weather, ${durationText(screed.leftS)} more; computing pauses, for its heat would make the water hotter`;
  return { supplyC, reasons: [{ what: 'screed', code: 'screed', text }] };
}

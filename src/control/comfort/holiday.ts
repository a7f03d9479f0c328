import type { Override } from '../../contract/comfort.ts';
import type { Reason } from '../../contract/messages.ts';
import { durationText } from './overrides.ts';

/** An empty house: colder, in summer warmer, without hot water; in time before the end all is made ready again. */
export interface Holiday {
  /** The room may be so much colder; while cooling, warmer. */
  setBackK: number;
  /** The tank cools down and its weekly 60 °C waits. */
  tankRests: boolean;
  /** People come back soon: a tank that has stood for days is due for its 60 °C. */
  returns: boolean;
  reasons: Reason[];
}

/** For the tank and its 60 °C. */
const READY_S = 12 * 3600;
/** Walls that have cooled for days warm more slowly than after a night. */
const SLOWER = 2;
const MOST_READY_S = 72 * 3600;
/** Only frost would charge a tank that nobody uses. */
export const RESTING_TANK_C = 10;

const NONE: Holiday = { setBackK: 0, tankRests: false, returns: false, reasons: [] };

/** Seconds before the end of a holiday at which the house begins to warm up, by what mornings have taught of it. */
export const readyS = (byK: number, warmupKPerH: number): number =>
  Math.min(MOST_READY_S, Math.max(READY_S, (SLOWER * byK * 3600) / warmupKPerH));

export function holidayStep(overrides: readonly Override[], warmupKPerH: number): Holiday {
  const holiday = overrides.find(({ kind }) => kind === 'holiday');
  if (!holiday) return NONE;
  const { leftS, byK } = holiday;
  const warmS = readyS(byK, warmupKPerH);
  const said = (code: string, text: string): Reason[] => [{ what: 'holiday', code, text }];
  if (leftS <= warmS) {
    const text = `the house is made ready for the return in ${durationText(leftS)}`;
    return { ...NONE, tankRests: leftS > READY_S, returns: leftS <= READY_S, reasons: said('holiday-returns', text) };
  }
  const warmer = overrides.some(({ kind }) => kind === 'warmer');
  const setBack = warmer ? 'no set-back while it is to be warmer' : `${byK} K of set-back`;
  const text = `nobody is at home for ${durationText(leftS)}: ${setBack} and no hot water; made ready ${durationText(warmS)} before the return`;
  return { setBackK: warmer ? 0 : byK, tankRests: true, returns: false, reasons: said('holiday', text) };
}

import type { Mode, Reason, SetPoints } from '../../contract/messages.ts';
import type { Estimates } from '../estimate/points.ts';
import type { StepInput } from '../types.ts';

/**
 * SG-Ready (Bundesverband Wärmepumpe): two contacts A:B make four states. 1:0 = 1 off, 0:0 = 2 normal, 0:1 = 3 recommended
 * on, 1:1 = 4 forced on. A state from the energy manager goes before the contacts.
 */
export interface SgReadyState {
  asked: 1 | 2 | 3 | 4;
  /** What the contacts say, and for how long they have said so: they bounce. */
  seen: 1 | 2 | 3 | 4;
  seenS: number;
  /** House seconds of the lock in force, and the ages of the locks that began within the last day. */
  lockedS: number;
  lockAgesS: number[];
  /** Asked to lock more than the rules allow: not obeyed until the wish changes. */
  overdone: boolean;
}

export const SG_START: SgReadyState = { asked: 2, seen: 2, seenS: 0, lockedS: 0, lockAgesS: [], overdone: false };

/** A state of the contacts is obeyed once it has stood for this long: a lock costs a running compressor its minimum time. */
const STANDS_S = 1;
const LOCK_LONGEST_S = 2 * 3600;
const LOCKS_PER_DAY = 3;
const DAY_S = 86_400;
/** What 3 and 4 add to the set-points; hot water stays under what scalds. */
const RAISE = { 3: { roomK: 1, hotWaterK: 4 }, 4: { roomK: 2, hotWaterK: 8 } } as const;
const HOT_WATER_MOST_C = 60;

function contacts(est: Estimates): SgReadyState['asked'] {
  const closed = (name: 'sgReadyAOn' | 'sgReadyBOn') => est[name].quality !== 'lost' && est[name].value >= 0.5;
  const [a, b] = [closed('sgReadyAOn'), closed('sgReadyBOn')];
  if (a) return b ? 4 : 1;
  return b ? 3 : 2;
}

export function sgReadyStep(state: SgReadyState, est: Estimates, ems: StepInput['ems'], dtS: number): SgReadyState {
  const seen = contacts(est);
  const seenS = seen === state.seen ? Math.min(1e6, state.seenS + dtS) : dtS;
  const told = ems?.sgReady as SgReadyState['asked'] | undefined;
  const asked = told ?? (seenS >= STANDS_S - 1e-6 ? seen : state.asked);
  const ages = state.lockAgesS.map((a) => a + dtS).filter((a) => a < DAY_S);
  if (asked !== 1) return { asked, seen, seenS, lockedS: 0, lockAgesS: ages, overdone: false };
  const begins = state.asked !== 1;
  const lockedS = begins ? 0 : state.lockedS + dtS;
  const refused = begins && ages.length >= LOCKS_PER_DAY;
  const overdone = refused || (!begins && state.overdone) || lockedS >= LOCK_LONGEST_S;
  return { asked, seen, seenS, lockedS, lockAgesS: begins && !refused ? [...ages, 0] : ages, overdone };
}

/** The state that is obeyed. */
export const sgReadyOf = (state: SgReadyState): SgReadyState['asked'] => (state.overdone ? 2 : state.asked);

/** Set-points as 3 and 4 raise them while `season` is heating, whether by mode or by the automatic choice; the weather curve and the hot water follow by themselves. */
export function raised(setPoints: SetPoints, state: SgReadyState, season: Mode): SetPoints {
  const obeyed = sgReadyOf(state);
  if ((obeyed !== 3 && obeyed !== 4) || season !== 'heating') return setPoints;
  const { roomK, hotWaterK } = RAISE[obeyed];
  return {
    ...setPoints,
    roomSetC: Math.min(30, setPoints.roomSetC + roomK),
    hotWaterSetC: Math.max(setPoints.hotWaterSetC, Math.min(HOT_WATER_MOST_C, setPoints.hotWaterSetC + hotWaterK)),
  };
}

export function sgReadyReasons(state: SgReadyState, wished: SetPoints): Reason[] {
  const say = (code: string, text: string): Reason[] => [{ what: 'sgReady', code, text }];
  if (state.overdone)
    return say(
      'sg-ready-overdone',
      'SG-Ready asks for a lock beyond 2 h or 3 times a day: the unit runs as normal until the wish changes',
    );
  const obeyed = sgReadyOf(state);
  if (obeyed === 1) {
    const leftMin = Math.ceil((LOCK_LONGEST_S - state.lockedS) / 60);
    return say(
      'sg-ready-1',
      `SG-Ready 1: heat pump, backup heater and unpaid computing are locked, ${leftMin} min at the most`,
    );
  }
  if (obeyed === 2) return [];
  const { roomK, hotWaterK } = RAISE[obeyed];
  const what = obeyed === 3 ? 'recommends to run' : 'forces to run';
  const idle =
    wished.mode === 'heating' || wished.mode === 'auto'
      ? `room +${roomK} K, hot water +${hotWaterK} K`
      : `no effect in mode ${wished.mode}`;
  return say(`sg-ready-${obeyed}`, `SG-Ready ${obeyed} ${what}: ${idle}`);
}

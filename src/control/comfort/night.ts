import type { Comfort } from '../../contract/comfort.ts';
import type { Reason } from '../../contract/messages.ts';
import type { Estimate } from '../estimate/points.ts';
import { clamp } from '../physics.ts';
import { inSpan, minutesUntil } from './time.ts';

/** Night set-back that ends early enough: the room has its set-point again when the night ends. */
export interface NightState {
  /** How fast this house warms up in the morning, learnt. Kept over restarts. */
  warmupKPerH: number;
  /** Warming up since, from this room temperature; null: not measured or not heated all the while, it teaches nothing. */
  preheat: { fromC: number | null; sinceS: number } | null;
}

/** A heavy house with floor heating to begin with: early rather than late. */
export const NIGHT_START: NightState = { warmupKPerH: 0.3, preheat: null };

const WARMUP_MIN = 0.1;
const WARMUP_MAX = 3;
const LEARN_SHARE = 0.4;
const LEARN_AFTER_S = 1800;
const MAX_LEAD_H = 8;
/** The room counts as warm again this far below its set-point. */
const NEAR_K = 0.2;

export interface Night {
  state: NightState;
  setBackK: number;
  reasons: Reason[];
}

/** What a warm-up taught, once it has ended or the room is warm. */
function learnt(state: NightState, roomC: Estimate): number {
  const { preheat, warmupKPerH } = state;
  if (!preheat || preheat.fromC === null || roomC.quality === 'lost') return warmupKPerH;
  if (preheat.sinceS < LEARN_AFTER_S) return warmupKPerH;
  const seen = (roomC.value - preheat.fromC) / (preheat.sinceS / 3600);
  return clamp(warmupKPerH + LEARN_SHARE * (seen - warmupKPerH), WARMUP_MIN, WARMUP_MAX);
}

const said = (code: string, text: string): Reason[] => [{ what: 'night', code, text }];

export interface NightFacts {
  /** Of the day; undefined while nobody knows the time: then the room stays warm. */
  minute: number | undefined;
  roomC: Estimate;
  roomSetC: number;
  /** Nothing else keeps the room from its set-point: no other mode, nobody away. */
  isHeated: boolean;
  dtS: number;
}

export function nightStep(
  state: NightState,
  { night: { from, to, setBackK } }: Pick<Comfort, 'night'>,
  { minute, roomC, roomSetC, isHeated, dtS }: NightFacts,
): Night {
  const day = (reasons: Reason[] = []): Night => ({
    state: { warmupKPerH: learnt(state, roomC), preheat: null },
    setBackK: 0,
    reasons,
  });
  if (setBackK === 0) return day();
  if (minute === undefined) return day(said('night-no-time', 'the time is not known: no night set-back'));
  if (!inSpan(minute, from, to)) return day();
  const isKnown = roomC.quality !== 'lost';
  const startC = isHeated && isKnown ? roomC.value : null;
  if (state.preheat) {
    const { sinceS } = state.preheat;
    const preheat = { fromC: isHeated ? state.preheat.fromC : null, sinceS: sinceS + dtS };
    const warm = isKnown && roomC.value >= roomSetC - NEAR_K;
    // Taught at the moment it is warm: standing at its set-point a room rises no more.
    const next = warm
      ? { warmupKPerH: learnt({ ...state, preheat }, roomC), preheat: { fromC: startC, sinceS: 0 } }
      : { ...state, preheat };
    const rate = state.warmupKPerH.toFixed(2);
    const text =
      preheat.fromC === null
        ? `warming up for ${to} at ${rate} K/h`
        : `warming up for ${to}, from ${preheat.fromC.toFixed(1)} °C at ${rate} K/h`;
    return { state: next, setBackK: 0, reasons: isHeated ? said('night-preheat', text) : [] };
  }
  const shortK = isKnown ? clamp(roomSetC - roomC.value, 0, setBackK + 2) : setBackK;
  const leadH = Math.min(MAX_LEAD_H, shortK / state.warmupKPerH);
  if (shortK > NEAR_K && leadH * 60 >= minutesUntil(minute, to)) {
    return { state: { ...state, preheat: { fromC: startC, sinceS: 0 } }, setBackK: 0, reasons: [] };
  }
  const text = `night set-back: the room may be ${setBackK} K colder until ${to}, warming up in time`;
  return { state, setBackK, reasons: said('night-set-back', text) };
}

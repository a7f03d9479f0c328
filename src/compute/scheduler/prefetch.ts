import type { Reason } from '../../contract/messages.ts';

/**
 * Which model to load before anybody asks for it. Pure. Only while watts are free and nobody asks, only into memory that is
 * free: nothing is ever unloaded for a guess.
 */
export interface AbsentFact {
  id: string;
  bytes: number;
  /** Expected share of the next questions (`demand.ts`), 0..1. */
  share: number;
}

export interface PrefetchState {
  /** Free watts without a break, since the last model was loaded ahead. */
  freeS: number;
  /** Said on until the next one may be loaded. */
  last: Reason | undefined;
}

export const PREFETCH_START: PrefetchState = { freeS: 0, last: undefined };
/** A gap in the clouds is no reason to load. */
export const PREFETCH_AFTER_S = 60;
/** Less likely ones are left on disk: below this, more was loaded for no sooner first token. */
export const PREFETCH_LEAST_SHARE = 0.03;

export interface PrefetchInput {
  dtS: number;
  /** Part of the grant that pays even unpaid, beyond what the cards draw idle. */
  freeW: number;
  freeBytes: number;
  /** Answered or waiting for anything. */
  questions: number;
  /** A model is being loaded, or somebody waits for one. */
  loading: boolean;
  /** Not in memory, sound, and not sent away by the owner. */
  absent: readonly AbsentFact[];
}

export interface PrefetchVerdict {
  /** The model to load now. */
  load?: string;
  reason: Reason;
}

const said = (code: string, text: string): Reason => ({ what: 'prefetch', code, text });
const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

export function prefetchStep(
  state: PrefetchState,
  input: PrefetchInput,
): { state: PrefetchState; verdict: PrefetchVerdict } {
  const { freeW, freeBytes, questions, loading, absent, dtS } = input;
  const freeS = freeW > 0 ? state.freeS + Math.max(0, dtS) : 0;
  const not = (code: string, text: string) => ({ state: { ...state, freeS }, verdict: { reason: said(code, text) } });
  if (freeW <= 0) return { ...not('unpaid', 'nothing is loaded ahead: no watts are free'), state: PREFETCH_START };
  if (loading || questions > 0) return not('busy', 'nothing is loaded ahead: somebody waits or is answered');
  let best: AbsentFact | undefined;
  for (const a of absent) {
    if (a.bytes > freeBytes || a.share < PREFETCH_LEAST_SHARE) continue;
    if (!best || a.share > best.share) best = a;
  }
  if (!best) return not('none', 'nothing is loaded ahead: none that is likely to be asked fits into the free memory');
  if (freeS < PREFETCH_AFTER_S && state.last) return { state: { ...state, freeS }, verdict: { reason: state.last } };
  if (freeS < PREFETCH_AFTER_S)
    return not('soon', `nothing is loaded ahead yet: watts are free only for ${Math.floor(freeS)} s`);
  const percent = (100 * best.share).toFixed(0);
  const text = `loaded ahead: ${best.id}, expected for ${percent} % of the questions, ${gb(best.bytes)} of ${gb(freeBytes)} free`;
  const reason = said('load', text);
  return { state: { freeS: 0, last: reason }, verdict: { load: best.id, reason } };
}

/**
 * Which model to load next, which to unload for it, or what to wait for. Pure. A resident is worth what it would cost to
 * load it again, times how often it is asked, times how long it would stay; the set worth most stays (0/1 knapsack over the
 * memory budget).
 */
export interface ResidentFact {
  id: string;
  bytes: number;
  /** What loading it again would take. */
  loadS: number;
  /** In use or with a question about to use it: never unloaded. */
  busy: boolean;
}

export interface WaitingFact {
  id: string;
  bytes: number;
  loadS: number;
  /** Questions that wait for it, and how long the first one has. */
  waiting: number;
  waitedS: number;
}

export interface ResidencyInput {
  freeBytes: number;
  residents: readonly ResidentFact[];
  waiting: readonly WaitingFact[];
  /** Expected share of the next questions (`demand.ts`). */
  share(id: string): number;
}

export type ResidencyDecision =
  | { do: 'load'; id: string; unload: string[]; reason: string }
  /** Nothing to do now: look again when something ends, at the latest in `againS`. `drain` takes no new question. */
  | { do: 'wait'; againS: number; drain: string[]; reason: string };

/** Whoever has waited this long goes first, and busy models take no new questions until there is room: nobody starves. */
export const PATIENCE_S = 30;
/** Waiting gains weight: 1 % more per second. */
const AGE_PER_S = 0.01;
/** A cheaper model that is busy now may be free in a moment: this long, and if it saves this much per waiting question. */
const HOLD_S = 3;
const HOLD_SAVES_LOAD_S = 0.3;
/** Steps of the knapsack. */
const UNITS = 512;

/** How pressing: questions served per second of loading, more with age; the impatient first, in their order. */
const urgency = (w: WaitingFact): number =>
  w.waitedS >= PATIENCE_S ? 1e9 + w.waitedS : (w.waiting / w.loadS) * (1 + AGE_PER_S * w.waitedS);

interface Victims {
  ids: string[];
  /** Seconds of loading lost per question to come. */
  lossS: number;
}

/**
 * Seconds of loading that keeping it saves, up to a factor alike for all. What is asked half as often also stays half as long
 * before something else needs its room, so its next question is half as likely to find it: hence the square.
 */
export const worthOf = (share: number, loadS: number): number => share * share * loadS;

/** The models worth least to unload so that `needBytes` become free; undefined when all together are not enough. */
export function victimsFor(
  candidates: readonly ResidentFact[],
  needBytes: number,
  share: (id: string) => number,
): Victims | undefined {
  const totalBytes = candidates.reduce((sum, c) => sum + c.bytes, 0);
  if (totalBytes < needBytes) return undefined;
  const unitBytes = Math.max(1, (totalBytes - needBytes) / UNITS);
  const room = Math.floor((totalBytes - needBytes) / unitBytes + 1e-9);
  const best = new Float64Array(room + 1);
  const taken: Uint8Array[] = [];
  for (const { id, bytes, loadS } of candidates) {
    const units = Math.ceil(bytes / unitBytes - 1e-9);
    const value = worthOf(share(id), loadS);
    const take = new Uint8Array(room + 1);
    for (let c = room; c >= units; c--) {
      const with_ = best[c - units]! + value;
      if (with_ <= best[c]!) continue;
      best[c] = with_;
      take[c] = 1;
    }
    taken.push(take);
  }
  const ids: string[] = [];
  let lossS = 0;
  let left = room;
  for (let k = candidates.length - 1; k >= 0; k--) {
    const { id, bytes, loadS } = candidates[k]!;
    if (taken[k]![left]) left -= Math.ceil(bytes / unitBytes - 1e-9);
    else {
      ids.push(id);
      lossS += share(id) * loadS;
    }
  }
  return { ids, lossS };
}

const askers = (w: WaitingFact) =>
  `${w.waiting} question${w.waiting > 1 ? 's wait' : ' waits'} for ${w.id} since ${w.waitedS.toFixed(0)} s`;

/** Called when nothing is being loaded and somebody waits. */
export function decideResidency(input: ResidencyInput): ResidencyDecision {
  const { residents, freeBytes } = input;
  const shares = new Map<string, number>();
  const share = (id: string): number => {
    const known = shares.get(id) ?? input.share(id);
    shares.set(id, known);
    return known;
  };
  const idle = residents.filter((r) => !r.busy);
  const queue = [...input.waiting].sort((a, b) => urgency(b) - urgency(a));
  let againS = Number.POSITIVE_INFINITY;
  for (const first of queue) {
    const needBytes = first.bytes - freeBytes;
    if (needBytes <= 0) return { do: 'load', id: first.id, unload: [], reason: `${askers(first)}; there is room` };
    const impatient = first.waitedS >= PATIENCE_S;
    const now = victimsFor(idle, needBytes, share);
    if (!now) {
      if (!impatient) continue;
      const drain = victimsFor(residents, needBytes, share)?.ids ?? [];
      return { do: 'wait', againS: PATIENCE_S, drain, reason: `${askers(first)}; ${drain.join(', ')} makes room` };
    }
    const holdS = HOLD_S - first.waitedS;
    const later = holdS > 0 ? victimsFor(residents, needBytes, share) : undefined;
    if (later && now.lossS - later.lossS > HOLD_SAVES_LOAD_S * first.waiting) {
      againS = Math.min(againS, holdS);
      continue;
    }
    return { do: 'load', id: first.id, unload: now.ids, reason: `${askers(first)}; ${now.ids.join(', ')} cost least` };
  }
  return { do: 'wait', againS, drain: [], reason: 'a model that is in use will soon make room at less cost' };
}

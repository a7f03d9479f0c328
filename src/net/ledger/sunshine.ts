/** Strangers are served free by watts that are free anyway. Plain data; `sunshine` and `takeSunshine` are its only hands. */
export interface SunshineState {
  atMs: number;
  /** What may still be given away now, joules. */
  poolJ: number;
  /** Given to each relay and address prefix, joules, fading with the pool's own time. */
  givenJ: Readonly<Record<string, number>>;
}

export interface SunshineNow {
  nowMs: number;
  /** Surplus sun, or compute whose heat is wanted: watts that cost nothing more. */
  freeW: number;
  /** When free watts are next expected; left out: nobody knows. */
  nextFreeMs?: number;
}

export type Sunshine =
  | { ok: true; state: SunshineState }
  /** `waitS`: until it may be asked again, where that is known. */
  | { ok: false; state: SunshineState; reason: string; waitS?: number };

/** The pool holds this long of free watts, so that a cloud ends it soon. */
export const POOL_S = 600;
/** Of the pool, the most that one relay and one prefix get while they fade. */
export const RELAY_PART = 0.25;
export const PREFIX_PART = 0.1;
const MOST_NAMES = 1000;

export const noSunshine = (nowMs: number): SunshineState => ({ atMs: nowMs, poolJ: 0, givenJ: {} });

/** Whence a question came, as far as it is known: the relay that the owner chose, or the prefix of whoever dialled in. */
export interface Via {
  relay?: string;
  prefix?: string;
}

export interface Share {
  via: Via;
  joules: number;
}

const namesOf = ({ relay, prefix }: Via): string[] => [
  ...(relay === undefined ? [] : [`relay ${relay}`]),
  ...(prefix === undefined ? [] : [`prefix ${prefix}`]),
];

/** The budget at this moment: filled by free watts, emptied at once when there are none. */
export function sunshine({ atMs, poolJ, givenJ }: SunshineState, { nowMs, freeW }: SunshineNow): SunshineState {
  const passedS = Math.max(0, nowMs - atMs) / 1000;
  const watts = Math.max(0, freeW);
  const left = 0.5 ** (passedS / POOL_S);
  const faded = Object.entries(givenJ)
    .map(([name, joules]) => [name, joules * left] as const)
    .filter(([, joules]) => joules >= 1)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_NAMES);
  return { atMs: nowMs, poolJ: Math.min(watts * POOL_S, poolJ + watts * passedS), givenJ: Object.fromEntries(faded) };
}

/** Takes `joules` for one stranger's question, or says why not and when to come again. */
export function takeSunshine(before: SunshineState, now: SunshineNow, { via, joules }: Share): Sunshine {
  const state = sunshine(before, now);
  const fullJ = Math.max(0, now.freeW) * POOL_S;
  const names = namesOf(via).map((name) => ({
    name,
    mostJ: fullJ * (name.startsWith('relay') ? RELAY_PART : PREFIX_PART),
  }));
  if (fullJ === 0) {
    const next = now.nextFreeMs === undefined ? 'not known when the next is' : `next ${timeOf(now.nextFreeMs)}`;
    const waitS = now.nextFreeMs === undefined ? undefined : Math.max(0, (now.nextFreeMs - now.nowMs) / 1000);
    return { ok: false, state, reason: `no free watts now; ${next}`, ...(waitS !== undefined && { waitS }) };
  }
  const never = names.find(({ mostJ }) => joules > mostJ);
  if (never) {
    const [what] = never.name.split(' ');
    return { ok: false, state, reason: `this answer would take more than one ${what}'s part of the free watts` };
  }
  if (state.poolJ < joules) {
    const waitS = (joules - state.poolJ) / now.freeW;
    const next = timeOf(now.nowMs + waitS * 1000);
    return { ok: false, state, reason: `the free watts are used up; next ${next} if they stay`, waitS };
  }
  const over = names.find(({ name, mostJ }) => (state.givenJ[name] ?? 0) + joules > mostJ);
  if (over) {
    const [what] = over.name.split(' ');
    const waitS = POOL_S * Math.log2((state.givenJ[over.name] ?? 0) / (over.mostJ - joules));
    const next = Number.isFinite(waitS) ? { waitS } : {};
    const when = Number.isFinite(waitS) ? `next ${timeOf(now.nowMs + waitS * 1000)}` : 'later again';
    return {
      ok: false,
      state,
      reason: `your ${what} has had its part of the free watts; ${when} if they stay`,
      ...next,
    };
  }
  const givenJ = { ...state.givenJ };
  for (const { name } of names) givenJ[name] = (givenJ[name] ?? 0) + joules;
  return { ok: true, state: { ...state, poolJ: state.poolJ - joules, givenJ } };
}

/** Gives back what was taken and not used. */
export function returnSunshine(state: SunshineState, { via, joules }: Share): SunshineState {
  const givenJ = { ...state.givenJ };
  for (const name of namesOf(via)) givenJ[name] = Math.max(0, (givenJ[name] ?? 0) - joules);
  return { ...state, poolJ: state.poolJ + joules, givenJ };
}

const timeOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

import type { Injected } from './faults.ts';
import { runWindow, type Violation, type Window } from './window.ts';

/** The least that still breaks the same rule. */
export interface Shrunk {
  faults: Injected[];
  violation: Violation;
}

const MAX_RUNS = 60;
/** Faults are not shortened below this. */
const LEAST_S = 0.2;
const SHARES = [0.1, 0.5, 0.8] as const;

/** Drops faults, then shortens them, as long as the same rule breaks; the window ends with the violation. `preface` stays as it is. */
export function shrink(window: Window, preface: readonly Injected[], violation: Violation): Shrunk {
  let runs = 0;
  const given = window.faults.filter((f) => !preface.includes(f));
  let best: Shrunk = { faults: given, violation };
  const breaks = (tried: readonly Injected[]): boolean => {
    if (runs++ >= MAX_RUNS) return false;
    const found = runWindow({ ...window, faults: [...preface, ...tried], lengthS: best.violation.s + 1 });
    if (found?.rule !== violation.rule) return false;
    best = { faults: [...tried], violation: found };
    return true;
  };
  for (const fault of given.toReversed()) breaks(best.faults.filter((f) => f !== fault));
  for (let i = 0; i < best.faults.length; i++) {
    for (const share of SHARES) {
      const fault = best.faults[i]!;
      const lastsS = Math.min(fault.untilS, best.violation.s) - fault.fromS;
      const shorterS = Math.max(LEAST_S, share * lastsS);
      if (shorterS >= lastsS) continue;
      if (breaks(best.faults.with(i, { ...fault, untilS: fault.fromS + shorterS }))) break;
    }
  }
  // What lasts beyond the violation says nothing.
  const faults = best.faults.map((f) => ({ ...f, untilS: Math.min(f.untilS, best.violation.s) }));
  return { ...best, faults };
}

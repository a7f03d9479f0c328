import {
  COMPRESSOR_START,
  type CompressorState,
  MIN_OFF_S,
  MIN_RUN_S,
  mayStart,
  STARTS_PER_HOUR,
} from '../decide/compressor.ts';

/** The rules for the compressor's sake, the same as the unit's own: minimum times and starts per hour. */
export type MachineState = Pick<CompressorState, 'on' | 'sinceS' | 'startAgesS'> & {
  level: number;
  /** Seconds since the speed was last decided; 0: on this line. */
  decidedS: number;
};

/** A speed stands for so long and for smaller changes, but for that to full speed: noise of a thermometer that is read each second moves no compressor. */
const LEVEL_HOLD_S = 240;
const LEVEL_STEP = 0.05;

/** It may start at once: a foreign plant guards its own restart, and a cold house should not wait for a step of 15 min. */
export const MACHINE_START: MachineState = { on: false, sinceS: MIN_OFF_S, startAgesS: [], level: 0, decidedS: 0 };

/** Time that has passed, before anything is decided. */
export function machineAged(state: MachineState, dtS: number): MachineState {
  const startAgesS = state.startAgesS.map((a) => a + dtS).filter((a) => a < 3600);
  const later = (s: number) => Math.min(1e7, s + dtS);
  return { ...state, startAgesS, sinceS: later(state.sinceS), decidedS: later(state.decidedS) };
}

/** Applies a wish of 0..1 as far as the machine allows; says so where it does not. */
export function machineStep(state: MachineState, wish: number): { state: MachineState; reason: string | null } {
  if (wish > 0 && !state.on) {
    if (!mayStart({ ...COMPRESSOR_START, ...state })) {
      const why =
        state.startAgesS.length >= STARTS_PER_HOUR
          ? `${STARTS_PER_HOUR} starts within the hour`
          : `off for ${Math.round(state.sinceS)} of ${MIN_OFF_S} s`;
      return { state, reason: `compressor wanted but rests: ${why}` };
    }
    const startAgesS = [...state.startAgesS, 0];
    return { state: { on: true, sinceS: 0, startAgesS, level: wish, decidedS: 0 }, reason: null };
  }
  if (wish <= 0 && state.on) {
    if (state.sinceS < MIN_RUN_S)
      return { state, reason: `compressor keeps running: ${Math.round(state.sinceS)} of ${MIN_RUN_S} s minimum` };
    return { state: machineStopped(state), reason: null };
  }
  if (!state.on || state.decidedS < LEVEL_HOLD_S) return { state, reason: null };
  // Full speed is taken whatever it was: a pump that cannot modulate may stop below it.
  const level = wish < 1 && Math.abs(wish - state.level) < LEVEL_STEP ? state.level : wish;
  return { state: { ...state, level, decidedS: 0 }, reason: null };
}

export const machineStopped = (state: MachineState): MachineState => ({
  ...state,
  on: false,
  sinceS: state.on ? 0 : state.sinceS,
  level: 0,
  decidedS: 0,
});

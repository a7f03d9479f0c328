import type { Reason } from '../../contract/messages.ts';
import type { Outputs } from '../../contract/points.ts';

/**
 * What stands still for a week is moved for a minute or two, so that it does not seize: pumps and a fan turn, valves go
 * over and back. Only while the machine rests, one at a time. The reversing valve needs the compressor's pressure to move
 * and is left alone.
 */
export interface ExerciseState {
  /** Seconds since each last moved. Kept over restarts. */
  stillS: Record<Exercised, number>;
  now: { which: Exercised; leftS: number } | null;
}

export const EXERCISED = ['circulationPct', 'accelPumpPct', 'dryCoolerPct', 'hotWaterOn', 'rejectOn'] as const;
export type Exercised = (typeof EXERCISED)[number];

interface Kind {
  name: string;
  runS: number;
}
const PUMP_S = 60;
/** Over and, at 60 s of travel, there for as long as it takes to be sure. */
const VALVE_S = 90;
const KINDS: Record<Exercised, Kind> = {
  circulationPct: { name: 'the circulation pump', runS: PUMP_S },
  accelPumpPct: { name: 'the coolant pump', runS: PUMP_S },
  dryCoolerPct: { name: 'the fan of the dry cooler', runS: PUMP_S },
  hotWaterOn: { name: 'the valve of the hot water tank', runS: VALVE_S },
  rejectOn: { name: 'the valve to the dry cooler', runS: VALVE_S },
};
export const STOOD_S = 7 * 86_400;
const TURNS_PCT = 50;

const NEVER_STILL = { circulationPct: 0, accelPumpPct: 0, dryCoolerPct: 0, hotWaterOn: 0, rejectOn: 0 };
export const EXERCISE_START: ExerciseState = { stillS: NEVER_STILL, now: null };

/** A valve moves when it is turned, all else while it turns. */
const moved = (which: Exercised, before: Outputs, outputs: Outputs): boolean =>
  which.endsWith('On') ? outputs[which] !== before[which] : outputs[which] > 0;

/** Nothing heats, cools, computes or flows. */
const isAtRest = (o: Outputs): boolean =>
  o.compressorOn + o.accelSupplyOn + o.backupHeaterOn + o.circulationPct + o.accelPumpPct + o.hotWaterOn === 0;

/** `before`: the outputs of the last call; `outputs`: what is decided now, exercise apart. */
export function exerciseStep(
  { stillS, now }: ExerciseState,
  before: Outputs,
  outputs: Outputs,
  dtS: number,
): { exercise: ExerciseState; outputs: Outputs } {
  const next = { ...stillS };
  for (const which of EXERCISED) next[which] = moved(which, before, outputs) ? 0 : Math.min(1e9, stillS[which] + dtS);
  const rest = { exercise: { stillS: next, now: null }, outputs };
  if (!isAtRest(outputs)) return rest;
  if (now) next[now.which] = 0;
  const goesOn = now && now.leftS > dtS ? { ...now, leftS: now.leftS - dtS } : null;
  const due = now ? undefined : EXERCISED.find((which) => next[which] >= STOOD_S);
  const turns = goesOn ?? (due ? { which: due, leftS: KINDS[due].runS } : null);
  if (!turns) return rest;
  const { which } = turns;
  const value = which.endsWith('On') ? 1 - outputs[which] : TURNS_PCT;
  return { exercise: { stillS: next, now: turns }, outputs: { ...outputs, [which]: value } };
}

export const exerciseReasons = ({ now }: ExerciseState): Reason[] =>
  now
    ? [
        {
          what: now.which,
          code: 'exercise',
          text: `${KINDS[now.which].name} has stood still for a week: it moves for a minute or two, so that it does not seize`,
        },
      ]
    : [];

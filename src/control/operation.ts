import type { Reason, SetPoints } from '../contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS } from '../contract/points.ts';

/**
 * Who drives the outputs: `auto` the decisions, `observe` nobody (all safe, decisions are only told), `commission` the checks.
 * The interlock comes after all three.
 */
export interface OperationState {
  drives: SetPoints['operation'];
  /** Pumps and fan on their way from what others left behind to what is decided; null when they have met. */
  from: Pick<Outputs, Smooth> | null;
}

export const OPERATION_START: OperationState = { drives: 'auto', from: null };

/** Outputs that may be slewed: falling slowly from full is the safe direction of all of them. */
const SMOOTH = ['accelPumpPct', 'circulationPct', 'dryCoolerPct'] as const;
type Smooth = (typeof SMOOTH)[number];
const SLEW_PCT_PER_S = 5;

export interface Driven {
  state: OperationState;
  outputs: Outputs;
  reasons: Reason[];
  /** What would be driven, while only observing. */
  wouldBe: Outputs | undefined;
  /** Others have driven until now: the compressor counts as just stopped. */
  takenOver: boolean;
}

function observed(decided: Outputs): Reason[] {
  const would = [
    decided.compressorOn > 0 ? `run the compressor at ${decided.compressorPct.toFixed(0)} %` : '',
    decided.accelSupplyOn > 0 ? `grant the accelerator ${(decided.accelCapW / 1000).toFixed(1)} kW` : '',
    decided.backupHeaterOn > 0 ? 'switch the backup heater on' : '',
  ].filter(Boolean);
  const text = `only observing: every output stays safe; control would ${would.join(', ') || 'drive nothing'}`;
  return [{ what: 'operation', code: 'observe', text }];
}

/** Bumpless: what falls from where others left it falls slowly; what rises may rise at once. */
function slewed(from: OperationState['from'], decided: Outputs, dtS: number): Pick<Outputs, Smooth> | null {
  if (!from) return null;
  const at = (name: Smooth) => Math.max(decided[name], from[name] - SLEW_PCT_PER_S * dtS);
  const next = {
    accelPumpPct: at('accelPumpPct'),
    circulationPct: at('circulationPct'),
    dryCoolerPct: at('dryCoolerPct'),
  };
  return SMOOTH.some((name) => next[name] > decided[name]) ? next : null;
}

/** `checks`: outputs of the running commissioning, undefined when none runs. */
export function operationStep(
  previous: OperationState,
  { operation: wished, operationAfter }: Pick<SetPoints, 'operation' | 'operationAfter'>,
  decided: Outputs,
  actuators: Readonly<Outputs>,
  checks: Outputs | undefined,
  dtS: number,
): Driven {
  const drives = wished === 'commission' && !checks ? operationAfter : wished;
  const takenOver = drives === 'auto' && previous.drives !== 'auto';
  const none = { reasons: [], wouldBe: undefined, takenOver };
  if (drives === 'observe') {
    const state = { drives, from: null };
    return { ...none, state, outputs: { ...SAFE_OUTPUTS }, reasons: observed(decided), wouldBe: decided };
  }
  if (checks && drives === 'commission') return { ...none, state: { drives, from: null }, outputs: checks };
  const from = slewed(takenOver ? actuators : previous.from, decided, dtS);
  return { ...none, state: { drives, from }, outputs: from ? { ...decided, ...from } : decided };
}

import type { Reason } from '../../contract/messages.ts';
import { ACTUATOR_NAMES, ACTUATORS, type ActuatorName, type Outputs } from '../../contract/points.ts';
import type { Effect } from './row.ts';

/** Outputs on their way through the interlock: each can only move towards its `safe`, and keeps the reason that moved it. */
export interface Bound {
  outputs: Outputs;
  reasons: Reason[];
}

const fullScale = (name: ActuatorName): number => {
  if (name === 'accelCapW') return 20_000;
  return name.endsWith('Pct') ? 100 : 1;
};

/** A decided value that is no number, or outside its scale, becomes safe before anything else looks at it. */
export function soundOutputs(decided: Outputs): Bound {
  const outputs = { ...decided };
  const reasons: Reason[] = [];
  for (const name of ACTUATOR_NAMES) {
    const value = decided[name];
    if (Number.isFinite(value) && value >= 0 && value <= fullScale(name)) continue;
    outputs[name] = ACTUATORS[name].safe;
    reasons.push({
      what: name,
      code: 'output-invalid',
      text: `${name} was decided as ${value}; its safe value is used`,
    });
  }
  return { outputs, reasons };
}

/** Moves one output to `value` or not at all, when that would lead away from its safe value. */
export function towards(bound: Bound, name: ActuatorName, value: number, code: string, text: string): void {
  const { safe } = ACTUATORS[name];
  const now = bound.outputs[name];
  const target = safe > now ? Math.min(safe, Math.max(now, value)) : Math.max(safe, Math.min(now, value));
  if (target === now) return;
  bound.outputs[name] = target;
  bound.reasons.push({ what: name, code, text });
}

const ACCEL_OFF: readonly ActuatorName[] = ['accelCapW', 'accelPumpPct'];
const HEAT_PUMP_OFF: readonly ActuatorName[] = ['compressorOn', 'compressorPct', 'circulationPct'];
const HEAT_OFF: readonly ActuatorName[] = [...HEAT_PUMP_OFF, 'backupHeaterOn', 'hotWaterOn'];

const MOVES: Record<Effect, readonly ActuatorName[]> = {
  warn: [],
  derate: [],
  accelOff: ACCEL_OFF,
  accelCut: [...ACCEL_OFF, 'accelSupplyOn'],
  heatPumpOff: HEAT_PUMP_OFF,
  heatOff: HEAT_OFF,
  // Accelerator and heat pump; the backup heater stays for frost.
  machineOff: [...ACCEL_OFF, 'accelSupplyOn', ...HEAT_PUMP_OFF],
  bothOff: [...ACCEL_OFF, 'accelSupplyOn', ...HEAT_OFF],
  allOff: ACTUATOR_NAMES,
};

/** What a derated accelerator may still draw, of its rating. */
export const DERATE_SHARE = 0.5;

export function applyEffect(bound: Bound, effect: Effect, accelMaxW: number, code: string, text: string): void {
  for (const name of MOVES[effect]) towards(bound, name, ACTUATORS[name].safe, code, text);
  if (effect === 'derate') towards(bound, 'accelCapW', DERATE_SHARE * accelMaxW, code, text);
}

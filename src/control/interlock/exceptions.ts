import type { Image, Outputs } from '../../contract/points.ts';
import type { Estimates } from '../estimate/points.ts';
import type { Bound } from './apply.ts';
import { RUN_ON_S, type Timers } from './row.ts';

/** The two exceptions to "towards safe", each because safe would do harm there. */

interface Facts {
  image: Image;
  est: Estimates;
  decided: Outputs;
}

/** Refrigerant pressures meet within this; before it the reversing valve would be hammered. */
const VALVE_REST_S = 180;
/** Coolant colder than this would freeze the water in the exchanger, should its valve leak or run to the wrong end. */
const COLD_COOLANT_C = 3;
const CHIP_COLD_C = 40;
/** A chip without power is hardly warmer than the coolant that goes round: further above it one of the two lies. */
const CHIP_ABOVE_K = 20;
/** Both ends of a turning loop without power agree within this, sensors and transport included. */
const ENDS_DIFFER_K = 3;

/**
 * The reversing valve stays where it is until the pressures have met. Neither an alarm
 * nor a restart nor a person who only wants to observe may turn it under pressure.
 */
export function valveWaits(bound: Bound, timers: Timers, { image }: Facts): void {
  const now = image.actuators.coolingOn;
  const turns = bound.outputs.coolingOn !== now && (now === 0 || now === 1);
  if (!turns || timers.compressorOffS >= VALVE_REST_S) return;
  bound.outputs.coolingOn = now;
  const text = 'the reversing valve stays as it is until the pressures have met, 180 s after the compressor';
  bound.reasons.push({ what: 'coolingOn', code: 'valve-waits', text });
}

/**
 * Safe for the coolant pump is on, for the chips; over a dry cooler in winter that makes the loop as cold as the air. Once the
 * accelerator has been without supply for long and is cold, the pump goes back to what was decided.
 */
export function coldCoolantRests(bound: Bound, timers: Timers, { est, image, decided }: Facts): void {
  const { accelInC, accelOutC, accelChipC } = est;
  const unsupplied = bound.outputs.accelSupplyOn === 0 && image.actuators.accelSupplyOn === 0;
  // Without power all the loop is equally cold: one end that says otherwise means that a sensor lies.
  const warmEnd = accelInC.quality === 'good' && accelInC.value >= COLD_COOLANT_C + ENDS_DIFFER_K;
  const chipMostC = Math.min(CHIP_COLD_C, accelOutC.value + CHIP_ABOVE_K);
  const cold =
    accelOutC.quality === 'good' && accelOutC.value < COLD_COOLANT_C && !warmEnd && accelChipC.value < chipMostC;
  if (!unsupplied || !cold || timers.accelIdleS < RUN_ON_S || decided.accelPumpPct >= bound.outputs.accelPumpPct)
    return;
  bound.outputs.accelPumpPct = Number.isFinite(decided.accelPumpPct) ? Math.max(0, decided.accelPumpPct) : 0;
  const text = `coolant of ${accelOutC.value.toFixed(1)} °C would freeze the water should its valve leak: with the accelerator off its pump rests`;
  bound.reasons.push({ what: 'accelPumpPct', code: 'coolant-cold', text });
}

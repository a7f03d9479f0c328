import { coolestSupplyC, supplyTargetC } from '../decide/curve.ts';
import { predicted } from '../learn/regression.ts';
import { clamp } from '../physics.ts';
import type { Known } from './known.ts';
import type { Learnt } from './learn.ts';
import { bandAt, heldValue, type Memory, outdoorNow } from './memory.ts';
import { FULL_LEVEL } from './rating.ts';

/** Full speed is held back by no regulator: so many kelvins above what full heat needs. */
const FULL_ABOVE_K = 2;
/** Heat at full speed falls with the outdoor temperature, share per K from A2. */
const CAPACITY_PER_K = 0.022;

/**
 * Supply temperature that means the same as the speed, for plants that regulate on it: what the emitter needs for the heat
 * of that speed, as learnt. While the plain rule runs at least the weather curve; at rest the water may cool to the room.
 * @param level 0..1, 0 = off
 * @param planned the plan is in force
 */
export function supplySetOf(known: Known, learned: Learnt, memory: Memory, level: number, planned: boolean): number {
  const { house } = known;
  const { lowC } = bandAt(memory, known.comfort, 0);
  const roomC = heldValue(memory, 'roomC');
  if (level <= 0) return roomC ?? lowC;
  const outdoorC = outdoorNow(memory) ?? house.designOutdoorC;
  const warmestC = Math.min(house.supplyDesignC + 8, house.bufferMaxC - 5);
  const share = level * clamp(1 + CAPACITY_PER_K * (outdoorC - 2), 0.4, 1.3);
  const emitterC = learned.house?.emitterC ?? lowC + 5;
  const neededC = predicted(learned.supply, [1, emitterC, share]) + (level >= FULL_LEVEL ? FULL_ABOVE_K : 0);
  const curveC = planned ? 0 : supplyTargetC(house, lowC + 0.5, outdoorC, roomC ?? lowC + 0.5, 0);
  return clamp(Math.max(neededC, curveC), coolestSupplyC(Math.max(lowC, roomC ?? lowC)), warmestC);
}

import type { PumpMap } from '../learn/pump-map.ts';
import type { Learnt } from './learn.ts';

/** Curvature of power over speed, share of full power: slow compressors lift less, for their heat exchangers are large then. */
const PART_LOAD_GAIN = 0.15;

/** The pump to plan with: where nobody measures its power, slow is worth no less than fast. */
export function plannedMap({ map, powerSeen }: Learnt): PumpMap {
  if (powerSeen) return map;
  const [standing, linear, square, ...rest] = map.power.mean as [number, number, number, ...number[]];
  const mean = [standing, linear - PART_LOAD_GAIN, square + PART_LOAD_GAIN, ...rest];
  return { ...map, power: { ...map.power, mean } };
}

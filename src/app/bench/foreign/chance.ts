import type { Random } from '../../../core/random.ts';

export const between = (random: Random, low: number, high: number) => low + (high - low) * random();
export const oneOf = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

/** Seed of one part of one scene: scenes can be run again alone. */
export const seedOf = (seed: number, scene: number, part: number): number =>
  (Math.imul(seed, 0x9e3779b1) ^ Math.imul(scene + 1, 0x85ebca6b) ^ Math.imul(part + 1, 0xc2b2ae35)) | 0;

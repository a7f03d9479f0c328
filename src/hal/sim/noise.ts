/** Chance as a function of place: the same seed and index always give the same number, in any order. */

/** Uniform in [0, 1) from seed, stream and index (integer hash, murmur3's finaliser). */
export function hashShare(seed: number, stream: number, index: number): number {
  let h = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream | 0, 0x85ebca6b) ^ Math.imul(index | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h ^= h >>> 16;
  return (h >>> 0) / 4294967296;
}

/** About standard normal: twelve uniforms would be exact enough, four are enough for weather. */
function hashNormal(seed: number, stream: number, index: number): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += hashShare(seed, stream * 4 + i, index);
  return (sum - 2) * Math.sqrt(3);
}

/** Smooth noise over time with knots every `scale`; mean 0, deviation about 0.75 between and 1 at the knots. */
export function smoothNoise(seed: number, stream: number, at: number, scale: number): number {
  const x = at / scale;
  const knot = Math.floor(x);
  const f = x - knot;
  const s = f * f * (3 - 2 * f);
  return (1 - s) * hashNormal(seed, stream, knot) + s * hashNormal(seed, stream, knot + 1);
}

import type { Line } from './line.ts';
import type { Memory } from './memory.ts';

/** Further than air turns warmer or colder within `WITHIN_S`, K. */
const JUMP_K = { roomC: 5, outdoorC: 10 } as const;
const WITHIN_S = 1800;
const JUMPING = Object.keys(JUMP_K) as (keyof typeof JUMP_K)[];

/** A thermometer that leaps, as one does whose bus stumbles, counts as not sent until a second line says the same. */
export function sifted(memory: Memory, line: Line, dtS: number): Line {
  const values = { ...line.values };
  const doubted: Line['doubted'] = {};
  const faults = [...line.faults];
  for (const name of JUMPING) {
    const [now, held, before] = [values[name], memory.values[name], memory.doubted[name]];
    if (now === undefined || !held || held.ageS + dtS > WITHIN_S) continue;
    if (Math.abs(now - held.value) <= JUMP_K[name]) continue;
    if (before !== undefined && Math.abs(now - before) <= JUMP_K[name]) continue;
    delete values[name];
    doubted[name] = now;
    faults.push(`${name} leapt from ${held.value.toFixed(1)} to ${now.toFixed(1)} °C: ignored until it comes again`);
  }
  return { ...line, values, doubted, faults };
}

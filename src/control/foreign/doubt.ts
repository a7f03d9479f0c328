import type { Known } from './known.ts';
import type { Line, ValueName } from './line.ts';
import type { Memory } from './memory.ts';

/** Further than air turns warmer or colder within `WITHIN_S`, K. */
const JUMP_K = { roomC: 5, outdoorC: 10 } as const;
const WITHIN_S = 1800;
const JUMPING = Object.keys(JUMP_K) as (keyof typeof JUMP_K)[];

/** More than this many times the rating is no heat pump, unless it says so again: ratings may be guessed. */
const TIMES_RATING = 4;
const SAME_TIMES = 2;
const POWERS = ['heatW', 'compressorW'] as const;

/**
 * A thermometer that leaps, as one does whose bus stumbles, and a meter that spikes count as not sent until a second line
 * says about the same.
 */
export function sifted(known: Known, memory: Memory, line: Line, dtS: number): Line {
  const values = { ...line.values };
  const doubted: Line['doubted'] = {};
  const faults = [...line.faults];
  const doubt = (name: ValueName, now: number, why: string) => {
    delete values[name];
    doubted[name] = now;
    faults.push(`${name} ${why}: ignored until it comes again`);
  };
  for (const name of JUMPING) {
    const [now, held, before] = [values[name], memory.values[name], memory.doubted[name]];
    if (now === undefined || !held || held.ageS + dtS > WITHIN_S) continue;
    if (Math.abs(now - held.value) <= JUMP_K[name]) continue;
    if (before !== undefined && Math.abs(now - before) <= JUMP_K[name]) continue;
    doubt(name, now, `leapt from ${held.value.toFixed(1)} to ${now.toFixed(1)} °C`);
  }
  for (const name of POWERS) {
    const now = values[name] ?? 0;
    const said = Math.max(memory.values[name]?.value ?? 0, memory.doubted[name] ?? 0);
    if (now > TIMES_RATING * known.pumpHeatW && now > SAME_TIMES * said)
      doubt(name, now, `${Math.round(now)} W is more than ${TIMES_RATING} times the rating`);
  }
  return { ...line, values, doubted, faults };
}

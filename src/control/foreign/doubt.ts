import type { Known } from './known.ts';
import type { Line, ValueName } from './line.ts';
import { forecastAt, type Memory } from './memory.ts';
import { hasMoved } from './standing.ts';

/** Further than air turns warmer or colder within `WITHIN_S`, K. */
const JUMP_K = { roomC: 5, outdoorC: 10 } as const;
const WITHIN_S = 1800;
const JUMPING = Object.keys(JUMP_K) as (keyof typeof JUMP_K)[];

/** More than this many times the rating is no heat pump, unless it says so again: ratings may be guessed. */
const TIMES_RATING = 4;
const SAME_TIMES = 2;
const POWERS = ['heatW', 'compressorW'] as const;

/** What a thermometer should be near: what it said of late, while it is doubted longer what house and forecast say. */
function lastSound(memory: Memory, name: keyof typeof JUMP_K, houseC: number | null, dtS: number): number | null {
  const held = memory.values[name];
  if (held && held.ageS + dtS <= WITHIN_S) return held.value;
  if (memory.doubted[name] === undefined || dtS > WITHIN_S) return null;
  return name === 'roomC' ? houseC : forecastAt(memory, 'outdoorC', 0);
}

/** Has it left a forecast that it agreed with? It may tell °F now. */
function againstForecast(memory: Memory, now: number, fromC: number): boolean {
  const foreseenC = forecastAt(memory, 'outdoorC', 0);
  return (
    foreseenC !== null && Math.abs(fromC - foreseenC) <= JUMP_K.outdoorC && Math.abs(now - foreseenC) > JUMP_K.outdoorC
  );
}

/**
 * A thermometer that leaps, as one does whose bus stumbles, and a meter that spikes count as not sent until a second line
 * says about the same; a thermometer must move as well, as a broken one does not.
 * @param houseC the room as the house model has it; null: not known
 */
export function sifted(known: Known, memory: Memory, line: Line, dtS: number, houseC: number | null): Line {
  const values = { ...line.values };
  const doubted: Line['doubted'] = {};
  const faults = [...line.faults];
  const doubt = (name: ValueName, now: number, why: string) => {
    delete values[name];
    doubted[name] = now;
    faults.push(`${name} ${why}: ignored until it comes again`);
  };
  for (const name of JUMPING) {
    const [now, before] = [values[name], memory.doubted[name]];
    const fromC = lastSound(memory, name, houseC, dtS);
    if (now === undefined || fromC === null || Math.abs(now - fromC) <= JUMP_K[name]) continue;
    const comesAgain = before !== undefined && Math.abs(now - before) <= JUMP_K[name];
    if (comesAgain && hasMoved(before, now) && !(name === 'outdoorC' && againstForecast(memory, now, fromC))) continue;
    doubt(name, now, `leapt from ${fromC.toFixed(1)} to ${now.toFixed(1)} °C`);
    if (comesAgain && !hasMoved(before, now)) doubted[name] = before;
  }
  for (const name of POWERS) {
    const now = values[name] ?? 0;
    const said = Math.max(memory.values[name]?.value ?? 0, memory.doubted[name] ?? 0);
    if (now > TIMES_RATING * known.pumpHeatW && now > SAME_TIMES * said)
      doubt(name, now, `${Math.round(now)} W is more than ${TIMES_RATING} times the rating`);
  }
  return { ...line, values, doubted, faults };
}

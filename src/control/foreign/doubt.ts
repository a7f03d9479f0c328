import type { Known } from './known.ts';
import type { Line, ValueName } from './line.ts';
import { forecastAt, type Memory } from './memory.ts';
import type { Forecast } from './series.ts';
import { hasMoved } from './standing.ts';

/** Further than air turns warmer or colder within `WITHIN_S`, K. */
const JUMP_K = { roomC: 5, outdoorC: 10 } as const;
const WITHIN_S = 1800;
const JUMPING = Object.keys(JUMP_K) as (keyof typeof JUMP_K)[];

/** More than this many times the rating is no heat pump, unless it says so again: ratings may be guessed. */
const TIMES_RATING = 4;
const SAME_TIMES = 2;
const POWERS = ['heatW', 'compressorW'] as const;

/** The room as the house model has it, whether that is learnt, and how long no reading was believed. */
interface RoomSeen {
  houseC: number | null;
  learnt: boolean;
  blindS: number;
}
const LEARNT_S = 86_400;

/** A room sensor that has leapt within this time may be off the house by so much, and by more the longer it was away. */
const LEAPS_S = 3600;
const BACK_K = 1.5;
const BACK_K_PER_H = 0.25;
const UNTIL_AGAIN = 'not believed before it comes again';
/** Two readings that differ by no more come from one room. */
const SAME_K = 1;

/** What a thermometer should be near, and how near: what it said of late, once it leaps what house and forecast say. */
function expected(memory: Memory, name: keyof typeof JUMP_K, { houseC, learnt, blindS }: RoomSeen, dtS: number) {
  const held = memory.values[name];
  const withinK = JUMP_K[name];
  if (name === 'roomC' && learnt && memory.leaptS + dtS < LEAPS_S)
    return { fromC: houseC, withinK: Math.min(withinK, BACK_K + (BACK_K_PER_H * blindS) / 3600) };
  if (held && held.ageS + dtS <= WITHIN_S) return { fromC: held.value, withinK };
  if (memory.doubted[name] === undefined || dtS > WITHIN_S) return { fromC: null, withinK };
  return { fromC: name === 'roomC' ? houseC : forecastAt(memory, 'outdoorC', 0), withinK };
}

/** Has it left a forecast that it agreed with? It may tell °F now. */
function againstForecast(memory: Memory, now: number, fromC: number): boolean {
  const foreseenC = forecastAt(memory, 'outdoorC', 0);
  return (
    foreseenC !== null && Math.abs(fromC - foreseenC) <= JUMP_K.outdoorC && Math.abs(now - foreseenC) > JUMP_K.outdoorC
  );
}

/** Further than a forecast errs now, or a thermometer in the sun. */
const FORECAST_OFF_K = 15;

function forecastBeside(outdoorC: number | undefined, forecast: Forecast | null, faults: string[]): Forecast | null {
  const firstC = forecast?.outdoorC[0];
  if (!forecast || outdoorC === undefined || firstC === undefined) return forecast;
  if (Math.abs(firstC - outdoorC) <= FORECAST_OFF_K) return forecast;
  faults.push(`forecast.outdoorC begins with ${firstC.toFixed(1)} °C, outdoorC is ${outdoorC.toFixed(1)} °C: left out`);
  return { ...forecast, outdoorC: [] };
}

/**
 * A thermometer that leaps, as one does whose bus stumbles, and a meter that spikes count as not sent until a second line
 * says about the same; a thermometer must move as well, as a broken one does not. A house that is learnt knows better than
 * to leap: what its room is said to do is believed after a day.
 */
export function sifted(known: Known, memory: Memory, line: Line, dtS: number, room: RoomSeen): Line {
  const values = { ...line.values };
  const doubted: Line['doubted'] = {};
  const faults = [...line.faults];
  const doubt = (name: ValueName, now: number, why: string) => {
    delete values[name];
    doubted[name] = now;
    faults.push(`${name} ${why}: ignored`);
  };
  for (const name of JUMPING) {
    const [now, before] = [values[name], memory.doubted[name]];
    const { fromC, withinK } = expected(memory, name, room, dtS);
    if (now === undefined || fromC === null) continue;
    const same = before !== undefined && Math.abs(now - before) <= SAME_K;
    if (Math.abs(now - fromC) <= (same ? JUMP_K[name] : withinK)) continue;
    const comesAgain = before !== undefined && Math.abs(now - before) <= JUMP_K[name];
    const unlikely = name === 'roomC' ? room.learnt && room.blindS < LEARNT_S : againstForecast(memory, now, fromC);
    if (comesAgain && hasMoved(before, now) && !unlikely) continue;
    const until = unlikely ? `${name === 'roomC' ? 'house and weather' : 'the forecast'} say otherwise` : UNTIL_AGAIN;
    doubt(name, now, `leapt from ${fromC.toFixed(1)} to ${now.toFixed(1)} °C, ${until}`);
    if (comesAgain && !hasMoved(before, now)) doubted[name] = before;
  }
  for (const name of POWERS) {
    const now = values[name] ?? 0;
    const said = Math.max(memory.values[name]?.value ?? 0, memory.doubted[name] ?? 0);
    if (now > TIMES_RATING * known.pumpHeatW && now > SAME_TIMES * said)
      doubt(name, now, `${Math.round(now)} W is more than ${TIMES_RATING} times the rating, ${UNTIL_AGAIN}`);
  }
  const forecast = forecastBeside(values.outdoorC, line.forecast, faults);
  return { ...line, values, doubted, forecast, faults };
}

import type { ForeignHouse } from '../../../contract/foreign-house.ts';
import { knownOf } from '../../../control/foreign/known.ts';
import { foreignStart } from '../../../control/foreign/state.ts';
import { foreignStep } from '../../../control/foreign/step.ts';
import type { Controller } from './run.ts';

interface Seen {
  roomC: number;
  outdoorC: number;
  comfort: { lowC: number; next: { inS: number; lowC: number }[] };
}

/** Full speed below low + 0.15 K, off above low + 0.6 K, whatever the set-back: it holds the day's edge throughout. */
export function hysteresis(dayLowC: number): Controller {
  let on = false;
  return (line) => {
    const { roomC } = line as unknown as Seen;
    if (roomC < dayLowC + 0.15) on = true;
    else if (roomC > dayLowC + 0.6) on = false;
    return on ? 1 : 0;
  };
}

/** The same with the edge of the moment: it saves by day and is late in the evening. */
export function setbackHysteresis(): Controller {
  let on = false;
  return (line) => {
    const { roomC, comfort } = line as unknown as Seen;
    if (roomC < comfort.lowC + 0.15) on = true;
    else if (roomC > comfort.lowC + 0.6) on = false;
    return on ? 1 : 0;
  };
}

/** Weather curve as feed-forward of speed, PI on the room; off below 15 % and for 10 min at least. */
export function weatherCurve(dayLowC: number, lossWPerK: number, pumpHeatW: number, dtS: number): Controller {
  let integral = 0;
  let offS = 1e9;
  return (line) => {
    const { roomC, outdoorC } = line as unknown as Seen;
    const error = dayLowC + 0.35 - roomC;
    const feed = (lossWPerK * (dayLowC - 3 - outdoorC)) / pumpHeatW;
    integral = Math.min(0.5, Math.max(-0.5, integral + (0.3 * error * dtS) / (4 * 3600)));
    const speed = feed + 0.3 * error + integral;
    offS += dtS;
    if (speed < 0.15) {
      offS = Math.min(offS, 1e8);
      if (offS > 1e7) offS = 0;
      return 0;
    }
    if (offS < 600) return 0;
    offS = 1e9;
    return Math.min(1, speed);
  };
}

/** Ours: the core that the pipe runs, through the same text of a line. */
export function ours(house: ForeignHouse): Controller {
  const known = knownOf(house);
  let state = foreignStart(known);
  return (line) => {
    const step = foreignStep(known, state, JSON.stringify(line));
    state = step.state;
    return step.out.compressor;
  };
}

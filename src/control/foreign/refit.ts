import { fitHouse } from '../learn/house/fit.ts';
import { type HouseModel, type HouseState, houseStep, inputAt, restingState } from '../learn/house/model.ts';
import { observe } from '../learn/house/observer.ts';
import { priorModel } from '../learn/house/prior.ts';
import type { Known } from './known.ts';
import type { Learnt } from './learn.ts';

const DAY_S = 86_400;
/** Days of data at which the house model is fitted anew, always from the prior that the owner's facts give. */
const DUE_DAYS = [2.1, 3, 4, 6, 8, 11, 14, 18];
const THEN_EVERY_DAYS = 5;

function dueS(count: number): number {
  const listed = DUE_DAYS[count];
  return DAY_S * (listed ?? DUE_DAYS.at(-1)! + THEN_EVERY_DAYS * (count - DUE_DAYS.length + 1));
}

/** The next fit when one is due, `learned` itself otherwise. A fit that fails leaves the model as it is. */
export function refitted(learned: Learnt, known: Known): Learnt {
  const { count, aliveS } = learned.fit;
  if (aliveS < dueS(count)) return learned;
  const prior = priorModel({
    floorAreaM2: known.areaM2,
    designLoadW: known.house.designLoadW,
    designOutdoorC: known.house.designOutdoorC,
    emitter: known.emitter,
  });
  const fit = { ...learned.fit, count: count + 1 };
  try {
    const found = fitHouse(learned.samples, prior);
    if (!found) return { ...learned, fit };
    const { model, rmseK } = found;
    if (!Number.isFinite(rmseK)) return { ...learned, fit };
    const house = learned.house && restingState(model, learned.house.airC, learned.samples.at(-1)!.outdoorC);
    return { ...learned, model, house: house && settled(model, house, learned), fit: { ...fit, rmseK } };
  } catch {
    return { ...learned, fit };
  }
}

/** The state of the new model, found by running it through the last days. */
function settled(model: HouseModel, start: HouseState, learned: Learnt): HouseState {
  const last = learned.samples.slice(-4 * 96);
  let state = start;
  for (let i = 1; i < last.length; i++) {
    const [before, now] = [last[i - 1]!, last[i]!];
    const dtS = now.atS - before.atS;
    if (dtS <= 0 || dtS > 6 * 3600) continue;
    const input = inputAt(model, now.atS - dtS / 2, now);
    const roomC = Number.isFinite(now.roomC) ? now.roomC : undefined;
    state = observe(model, houseStep(model, state, input, dtS), { roomC }, dtS);
  }
  return state;
}

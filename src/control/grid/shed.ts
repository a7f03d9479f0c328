import { backupDrawsW } from '../../contract/house.ts';
import type { Reason } from '../../contract/messages.ts';
import type { Outputs } from '../../contract/points.ts';
import { MIN_PCT } from '../decide/compressor.ts';
import { plannedAccelW } from '../estimate.ts';
import { kw } from '../figures.ts';
import type { LimitFacts, Limits } from './limit.ts';
import { AUX_W, ownW } from './meter.ts';
import { leastW, mostPct, SPEED_START, type SpeedState, speedStep } from './speed.ts';
import { STOP_START, type StopState, stopStep, stops, WAIT_S, within } from './stop.ts';

/** Who gives way when the unit may not draw what it wants: the accelerator first, then the backup heater, then speed. */
export interface ShedState {
  /** Seconds for which the accelerator has drawn more than its share; null while it does not. */
  accelOverS: number | null;
  /** Seconds with room for it until a contactor that was opened for that may close again. */
  cutS: number;
  /** Seconds for which even the compressor's least speed has drawn more than is left; null while it fits. */
  tooLargeS: number | null;
  stop: StopState;
  compressorOff: boolean;
  speed: SpeedState;
}

export const SHED_START: ShedState = {
  accelOverS: null,
  cutS: 0,
  tooLargeS: null,
  stop: STOP_START,
  compressorOff: false,
  speed: SPEED_START,
};

/** The compressor's speed follows slowly: what it gains while cards are given time to obey (below) is kept free. */
const RAMP_ROOM_W = 250;
/** Cards that do not follow their cap lose their supply: the limit is kept within 2 s whatever they do. */
const OBEY_W = 50;
const CUT_S = 120;
/** Room for cards to come back to after a cut. */
const CUT_ROOM_W = 800;
/** A compressor this near its share: water that circulates slower costs it little, and what is set aside suffices. */
const TIGHT_SHARE = 0.9;
const TIGHT_WATER_PCT = 60;
/** The compressor comes back when there is this much more room than its lowest speed needs. */
const AGAIN_SHARE = 1.2;

/** What each gets of the limits: the compressor first, then the backup heater, the accelerator the rest. */
function shareOut(
  limits: Limits,
  decided: Outputs,
  speed: SpeedState | null,
  { est, input, frost }: LimitFacts,
): Outputs {
  const { house } = input;
  const pumpW = Math.max(0, limits.pumpW - AUX_W);
  const compressorPct = speed ? Math.min(decided.compressorPct, Math.max(MIN_PCT, mostPct(speed, pumpW, house))) : 0;
  const seenW = est.compressorW.quality === 'lost' ? house.compressorMaxW : Math.max(0, est.compressorW.value);
  const runs = decided.compressorOn > 0 && compressorPct > 0;
  const takenW = runs ? Math.min(pumpW, seenW + RAMP_ROOM_W) : seenW;
  const tight = seenW > TIGHT_SHARE * pumpW;
  const backupW = backupDrawsW(house);
  // Wanted in frost only where nothing else heats: a burst house is no price of a limit that the fuse does not set.
  const heaterW = frost ? limits.fuseW : limits.unitW;
  const heats = decided.backupHeaterOn > 0 && takenW + backupW + AUX_W <= heaterW;
  const leftW = limits.unitW - AUX_W - takenW - (heats ? backupW : 0);
  return {
    ...decided,
    compressorOn: speed ? decided.compressorOn : 0,
    compressorPct,
    circulationPct: tight ? Math.min(decided.circulationPct, TIGHT_WATER_PCT) : decided.circulationPct,
    backupHeaterOn: heats ? 1 : 0,
    accelCapW: Math.min(decided.accelCapW, Math.max(0, leftW)),
  };
}

/** How long even the least speed has been too much: a contact that bounces does not stop what runs. */
function tooLarge({ tooLargeS }: ShedState, speed: SpeedState, limits: Limits, { input, frost, realS }: LimitFacts) {
  const { house, image } = input;
  const fits =
    (frost ? limits.fuseW : limits.pumpW) - AUX_W >= leastW(speed, house) * (tooLargeS === null ? 1 : AGAIN_SHARE);
  if (fits) return null;
  if (tooLargeS !== null) return Math.min(1e6, tooLargeS + realS);
  return image.actuators.compressorOn > 0 ? 0 : WAIT_S;
}

/** Each tick: outputs within the limits, moved only towards less power. Pure. */
export function shedStep(
  previous: ShedState,
  asked: Limits | null,
  decided: Outputs,
  facts: LimitFacts,
): { state: ShedState; outputs: Outputs; reasons: Reason[] } {
  const { est, input, realS } = facts;
  const { house, image } = input;
  const speed = speedStep(previous.speed, est, image, realS);
  const stop = stopStep(previous.stop, asked?.quickW ?? null, facts);
  const limits = within(stop, asked, input.grid);
  if (!limits) return { state: { ...SHED_START, stop, speed }, outputs: decided, reasons: [] };
  const tooLargeS = tooLarge(previous, speed, limits, facts);
  const compressorOff = stops(stop) || (tooLargeS ?? 0) >= WAIT_S;
  const outputs = shareOut(limits, decided, compressorOff ? null : speed, facts);
  const supplied = image.actuators.accelSupplyOn > 0;
  const above = plannedAccelW(est) > outputs.accelCapW + OBEY_W && ownW(est, image, house) + RAMP_ROOM_W > limits.unitW;
  const accelOverS = supplied && above ? (previous.accelOverS === null ? 0 : previous.accelOverS + realS) : null;
  const room = outputs.accelCapW >= Math.min(CUT_ROOM_W, decided.accelCapW);
  const waitS = room ? Math.max(0, previous.cutS - realS) : previous.cutS;
  const cutS = accelOverS !== null && accelOverS >= WAIT_S ? CUT_S : waitS;
  if (cutS > 0) Object.assign(outputs, { accelSupplyOn: 0, accelCapW: 0 });
  return {
    state: { accelOverS, cutS, tooLargeS, stop, compressorOff, speed },
    outputs,
    reasons: [reasonOf(limits, decided, outputs, cutS > 0, stops(stop))],
  };
}

function reasonOf(limits: Limits, decided: Outputs, outputs: Outputs, cut: boolean, stopped: boolean): Reason {
  const less = [
    outputs.accelSupplyOn < decided.accelSupplyOn
      ? cut
        ? 'accelerator off for two minutes, it drew more than it was told'
        : 'accelerator switched off'
      : '',
    outputs.accelSupplyOn > 0 && outputs.accelCapW < decided.accelCapW ? `accelerator ${kw(outputs.accelCapW)}` : '',
    outputs.backupHeaterOn < decided.backupHeaterOn ? 'backup heater off' : '',
    outputs.compressorOn < decided.compressorOn
      ? stopped
        ? 'compressor off, its drive does not slow it in time; after its rest it starts slowly'
        : 'compressor off, it cannot run that slowly'
      : '',
    outputs.compressorOn > 0 && outputs.compressorPct < decided.compressorPct
      ? `compressor ${outputs.compressorPct.toFixed(0)} %`
      : '',
  ].filter(Boolean);
  const text = `${limits.why}: ${less.join(', ') || 'nothing has to give way'}`;
  return { what: 'grid', code: limits.code, text: text.slice(0, 400) };
}

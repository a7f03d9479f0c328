import type { House } from '../../contract/house.ts';
import { capacityW, pumpSinkC } from '../learn/own-pump.ts';
import { type PlanFacts, type PlanState, TANK_W } from './plan.ts';

const SHORT_BEFORE_BACKUP_S = 1800;
const ACCEL_FIRST_S = 900;
const SHORT_K = 4;
/** The room is this much too cold, and the buffer: a pump that cannot carry the house will not make up for it. */
const ROOM_SHORT_K = 0.25;
const BUFFER_BEHIND_K = 1;
/** A heater knows on and off only: it lets the buffer fall so far before it comes again. */
const HEATER_BEHIND_K = 2.5;

/** A house with a boiler and no heater of its own warms itself otherwise. */
export const hasResistive = ({ backupHeaterW, alternativeHeat, accelMaxW }: House): boolean =>
  backupHeaterW > 0 || (alternativeHeat === 'heatpump' && accelMaxW > 0);

interface Needs {
  /** Of the room, and of the water for it, without what the wish has been raised by of late: the pump has time for that. */
  roomSetC: number;
  supplySetC: number;
  houseW: number;
  heatNeedW: number;
}

/**
 * Heat of COP 1: wanted when the pump at full speed has let the buffer fall far behind for half an hour, or when it cannot
 * carry the house and the room shows it. Then as much as the pump leaves missing, until buffer or room has caught up.
 */
export function resistive(state: PlanState, facts: PlanFacts, needs: Needs, dtS: number) {
  const { est, input } = facts;
  const { supplySetC, roomSetC, houseW, heatNeedW } = needs;
  const pumpW = facts.compressorBlocked
    ? 0
    : facts.mostLevel * capacityW(facts.pump, input.house, pumpSinkC(est), est.outdoorC.value);
  const missingK = supplySetC > 0 ? supplySetC - est.bufferTopC.value : 0;
  const roomShortK = est.roomC.quality === 'lost' ? 0 : roomSetC - est.roomC.value;
  const weak = houseW > pumpW;
  const overtaxed = weak && roomShortK > ROOM_SHORT_K && missingK > BUFFER_BEHIND_K;
  const short = (missingK > SHORT_K || overtaxed) && (facts.compressorFull || facts.compressorBlocked);
  // While the tank is charged nothing is learnt of the buffer: the count stands still.
  const stands = facts.hotWaterWanted || facts.defrosting;
  const shortS = short && !facts.defrosting ? state.shortS + dtS : stands ? state.shortS : 0;
  const kept = state.plan.backupWanted && (missingK > BUFFER_BEHIND_K || (weak && roomShortK > 0));
  const backupWanted = hasResistive(input.house) && (shortS >= SHORT_BEFORE_BACKUP_S || kept);
  const tankW = facts.hotWaterWanted ? TANK_W : 0;
  // After each charge of the tank the accelerator alone has its time again: what the buffer lost meanwhile it may make up.
  const wantedS = backupWanted && !facts.hotWaterWanted ? Math.min(1e6, state.wantedS + dtS) : 0;
  const accelerator = facts.limitW > 0 && input.setPoints.computeOn;
  const behind = missingK > (state.plan.heaterWanted ? BUFFER_BEHIND_K : HEATER_BEHIND_K);
  const heaterWanted = backupWanted && behind && (wantedS > ACCEL_FIRST_S || !accelerator);
  return {
    shortS,
    wantedS,
    backupWanted,
    heaterWanted,
    resistiveW: backupWanted ? Math.max(0, heatNeedW - tankW - pumpW) : 0,
  };
}

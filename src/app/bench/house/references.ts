import type { House } from '../../../contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../../contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS, type SensorName } from '../../../contract/points.ts';
import { COMPRESSOR_START, type CompressorState, compressorStep, MIN_PCT } from '../../../control/decide/compressor.ts';
import { loadW, supplyTargetC } from '../../../control/decide/curve.ts';
import { capacityW, ownPumpStart } from '../../../control/learn/own-pump.ts';
import type { StepInput } from '../../../control/types.ts';
import type { Drive } from '../../cosim.ts';

/** What an accelerator beside a plain heat pump does in this step: watts, and whether the house gets the heat. */
interface Beside {
  watts: number;
  reject: boolean;
}
type AccelRule = (input: StepInput, at: Readonly<Record<SensorName, number>>, bufferSetC: number) => Beside;

const CHARGE_BELOW_K = 6;
const KILL_C = 62;
const KILL_EVERY_S = 7 * 86_400;
const KILL_HOUR = 12;
const COIL_K = 8;
/** 5 K over the condenser at the design load. */
const CIRCULATION_PCT = 85;
const BACKUP_SHORT_K = 4;
const BACKUP_AFTER_S = 1800;
const HEAT_TO_BUFFER_K = 10;
const IDLE_OFF_S = 900;

/**
 * B1, the plain heat pump that the owner would have had: weather curve by the same design figures and without a room
 * sensor, one buffer, hot water with priority and 60 °C once a week, the same rules for the compressor's sake, the backup
 * heater after half an hour of too little.
 */
export function plainPump(house: House, shiftK: number, accelerator?: AccelRule): Drive {
  let compressor: CompressorState = COMPRESSOR_START;
  let charging = false;
  let sinceKillS = KILL_EVERY_S;
  let shortS = 0;
  let backup = false;
  let idleS = 1e6;
  const papers = ownPumpStart(house).map;
  const { roomSetC, hotWaterSetC } = DEFAULT_SETPOINTS;
  return (input) => {
    const { dtS, image } = input;
    const at = Object.fromEntries(
      Object.entries(image.sensors).map(([name, reading]) => [name, reading.value]),
    ) as Record<SensorName, number>;
    const hour = (((input.timeMs ?? 0) / 3_600_000) % 24) | 0;
    sinceKillS += dtS;
    const killing = sinceKillS >= KILL_EVERY_S && (charging || hour === KILL_HOUR);
    const tankSetC = killing ? KILL_C : hotWaterSetC;
    if (charging && at.hotWaterC >= tankSetC) {
      charging = false;
      if (killing) sinceKillS = 0;
    } else if (at.hotWaterC < hotWaterSetC - CHARGE_BELOW_K || killing) charging = true;
    const curveC = supplyTargetC(house, roomSetC, at.outdoorC, roomSetC, 0);
    const setC = curveC === 0 ? 0 : Math.min(curveC + shiftK, house.bufferMaxC - 5);
    const sinkC = charging ? at.hotWaterC + COIL_K : at.condenserOutC;
    const fullW = capacityW(papers, house, sinkC, at.outdoorC);
    const bufferW = 1_150 * (setC - at.bufferTopC);
    compressor = compressorStep(compressor, {
      wanted: charging || setC > 0,
      setC: charging ? tankSetC + COIL_K : setC,
      storeC: charging ? at.hotWaterC + COIL_K : at.bufferTopC,
      needW: charging ? 1e5 : Math.max(0, loadW(house, roomSetC, at.outdoorC) + bufferW),
      fullW,
      forcedOff: false,
      switchedOff: false,
      leastPct: MIN_PCT,
      maxPct: throttledPct(house, at),
      startsPerDay: house.startsPerDay,
      urgent: false,
      defrosting: at.condenserOutC < at.returnC - 1 && at.compressorW > 200,
      nowPct: compressor.pct,
      dtS,
    });
    const missingK = setC > 0 ? setC - at.bufferTopC : 0;
    shortS = missingK > BACKUP_SHORT_K && compressor.pct > 95 && !charging ? shortS + dtS : charging ? shortS : 0;
    backup = !charging && (shortS >= BACKUP_AFTER_S || (backup && missingK > 1));
    const beside = accelerator?.(input, at, setC) ?? { watts: 0, reject: true };
    idleS = beside.watts > 0 ? 0 : Math.min(1e6, idleS + dtS);
    const outputs = outputsOf(compressor, charging, backup, beside, idleS, at);
    return { outputs, safety: 'S0', workW: beside.watts };
  };
}

/** A machine of this kind slows down by itself before its hottest water and hot gas. */
function throttledPct(house: House, at: Readonly<Record<SensorName, number>>): number {
  const share = Math.min((house.heatPumpMaxC - at.condenserOutC) / 4, (104 - at.dischargeC) / 6);
  return 30 + 70 * Math.min(1, Math.max(0, share));
}

function outputsOf(
  compressor: CompressorState,
  charging: boolean,
  backup: boolean,
  beside: Beside,
  idleS: number,
  at: Readonly<Record<SensorName, number>>,
): Outputs {
  const supplied = idleS < IDLE_OFF_S;
  const warm = supplied || at.accelOutC > 40;
  // Defrosts take their heat from the buffer.
  const defrosting = compressor.on && at.condenserOutC < at.returnC - 1;
  const gives = supplied && !beside.reject;
  return {
    ...SAFE_OUTPUTS,
    compressorOn: compressor.on ? 1 : 0,
    compressorPct: compressor.pct,
    accelSupplyOn: supplied ? 1 : 0,
    accelCapW: beside.watts,
    accelPumpPct: warm ? (beside.watts > 0 ? 60 : 25) : 0,
    circulationPct: compressor.on || gives ? CIRCULATION_PCT : 0,
    dryCoolerPct: warm && beside.reject ? 60 : 0,
    rejectOn: beside.reject ? 1 : 0,
    hotWaterOn: charging && !defrosting ? 1 : 0,
    backupHeaterOn: backup ? 1 : 0,
  };
}

/** Own sun that the accelerator could take, W. */
const surplusW = (at: Readonly<Record<SensorName, number>>) => Math.max(0, Math.min(at.pvW, at.accelW - at.gridW));

/** Fan and pump of the dry cooler per kWh thrown away. */
const REJECT_SHARE = 0.04;

/** B2: a miner that knows its prices and vents outdoors: it runs whenever income beats the price, on sun first. */
export const vented =
  (maxW: number, incomeEurPerKwh: number): AccelRule =>
  (input, at) => {
    const { priceEurPerKwh, exportEurPerKwh } = input.market!;
    const pays = (price: number) => incomeEurPerKwh > price * (1 + REJECT_SHARE);
    const sunW = pays(exportEurPerKwh) ? Math.min(maxW, surplusW(at)) : 0;
    return { watts: pays(priceEurPerKwh) ? maxW : sunW, reject: true };
  };

/** Rules as evcc ships them for a load of this kind: enable and disable delay, least power, limit of a cheap price. */
const ENABLE_S = 60;
const DISABLE_S = 180;
const LEAST_W = 1000;
const CHEAP_EUR = 0.25;

/** B3: fixed rules: surplus sun above 1 kW after a minute, off after three; all it can below a price limit; heat to the house while its buffer takes it. */
export function fixedRules(maxW: number): AccelRule {
  let onS = 0;
  let offS = 0;
  let on = false;
  return (input, at, bufferSetC) => {
    const sunW = surplusW(at);
    onS = sunW >= LEAST_W ? onS + input.dtS : 0;
    offS = sunW < LEAST_W ? offS + input.dtS : 0;
    if (!on && onS >= ENABLE_S) on = true;
    else if (on && offS >= DISABLE_S) on = false;
    const cheap = input.market!.priceEurPerKwh <= CHEAP_EUR;
    const watts = cheap ? maxW : on ? Math.min(maxW, Math.max(LEAST_W, sunW)) : 0;
    const takes = bufferSetC > 0 && at.bufferTopC < bufferSetC + HEAT_TO_BUFFER_K;
    return { watts, reject: !takes };
  };
}

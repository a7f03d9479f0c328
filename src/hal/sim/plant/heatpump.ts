import { coolingEer, differenceK, heatingCapacity, heatingCop, nominalW, PINCH_K } from './cycle.ts';
import { DEFROST_SHARE, fullFrostKg, growFrost, meltFrost, stepDefrost } from './frost.ts';
import { gain, lose } from './ledger.ts';
import { saturationBar } from './refrigerant.ts';
import type { PlantInput, PlantState } from './state.ts';

/** Pressure switches, bar absolute: high side; low side with outdoor air, and with water that could freeze. */
const HIGH_OPEN_BAR = 31;
const HIGH_CLOSE_BAR = 21;
const LOW_OPEN_BAR = 1.4;
const LOW_CLOSE_BAR = 1.9;
const LOW_OPEN_WATER_BAR = 4.5;
const LOW_CLOSE_WATER_BAR = 5.4;
/** Reversing at a greater difference than this hammers valve and compressor. */
const EVEN_BAR = 2;

/** Saturation temperatures follow their exchangers; those of a stopped circuit even out. */
const PRESSURE_S = 20;
/** How much harder the outdoor coil works when its fan stands (natural convection), and when it is full of frost. */
const FAN_DEAD = 20;
const FROST_BLOCK = 0.5;
/** Share of rated power that a drive lets into a rotor that does not turn. */
const LOCKED_SHARE = 0.5;

const CYCLE_UP_S = 90;
const CYCLE_DOWN_S = 900;
/** How much of the cycle is there at once when a defrost ends with compressor and oil warm. */
const WARM_AFTER_DEFROST = 0.5;
const DISCHARGE_UP_S = 60;
const DISCHARGE_DOWN_S = 600;
/** Cold at full speed as a share of nominal heat. */
const COOLING_SIZE = 0.7;

const toward = (from: number, to: number, dtS: number, tauS: number) => to + (from - to) * Math.exp(-dtS / tauS);
const clamp = (x: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, x));

/** Resistance of the outdoor coil, 1 when clean and blown through. */
const coilBlock = (s: PlantState, input: PlantInput) =>
  (input.faults?.outdoorUnitDead ? FAN_DEAD : 1) * (1 + FROST_BLOCK * (s.frostKg / fullFrostKg(s)) ** 2);

/** Share of nominal heat that went through the exchangers in the last sub-step. */
const load = (s: PlantState) => Math.abs(s.condenserW) / nominalW(s.params);

function stepPressures(s: PlantState, input: PlantInput, dtS: number): void {
  let condensingC = s.outdoorC;
  let evaporatingC = s.outdoorC;
  if (s.compressorShare > 0) {
    const waterK = differenceK(load(s));
    const airK = waterK * coilBlock(s, input);
    if (s.defrosting) {
      condensingC = Math.max(2, s.outdoorC);
      evaporatingC = s.condenserC - waterK;
    } else {
      condensingC = s.cooling ? s.outdoorC + airK : s.condenserC + waterK;
      evaporatingC = s.cooling ? s.condenserC - waterK : s.outdoorC - airK;
    }
  }
  s.condensingC = toward(s.condensingC, condensingC, dtS, PRESSURE_S);
  s.evaporatingC = toward(s.evaporatingC, evaporatingC, dtS, PRESSURE_S);
}

/** Contacts are wired in series with the compressor: they cut it without asking anybody. */
function stepContacts(s: PlantState, input: PlantInput): void {
  const f = input.faults;
  const wereOk = s.pressureHighOk && s.pressureLowOk;
  const highBar = saturationBar(s.condensingC);
  const lowBar = saturationBar(s.evaporatingC);
  s.pressureHighOk = !f?.pressureHighOpen && highBar < (s.pressureHighOk ? HIGH_OPEN_BAR : HIGH_CLOSE_BAR);
  const openBar = s.cooling ? LOW_OPEN_WATER_BAR : LOW_OPEN_BAR;
  const closeBar = s.cooling ? LOW_CLOSE_WATER_BAR : LOW_CLOSE_BAR;
  // A circuit at rest in the cold is no fault of a cooling machine: its water switch only counts while it runs.
  const needBar = s.compressorShare > 0 || !s.cooling ? (s.pressureLowOk ? openBar : closeBar) : LOW_OPEN_BAR;
  s.pressureLowOk = !f?.pressureLowOpen && lowBar > needBar;
  if (wereOk && !(s.pressureHighOk && s.pressureLowOk)) s.pressureTrips++;
  s.gasOk = !f?.gasAlarm;
}

function stepValve(s: PlantState, input: PlantInput): void {
  const cooling = input.outputs.coolingOn >= 0.5;
  if (cooling === s.cooling || input.faults?.reversingValveStuck) return;
  const uneven = Math.abs(saturationBar(s.condensingC) - saturationBar(s.evaporatingC)) > EVEN_BAR;
  if (s.compressorShare > 0 || uneven) s.reversalViolations++;
  s.cooling = cooling;
  s.defrosting = false;
  s.cycleWarm = 0;
}

function stepSpeed(s: PlantState, input: PlantInput, dtS: number): void {
  const o = input.outputs;
  const enabled = o.compressorOn >= 0.5 && o.compressorPct > 0 && s.pressureHighOk && s.pressureLowOk && s.gasOk;
  const still = input.faults?.compressorBlocked || input.faults?.compressorLocked;
  const ordered = s.defrosting ? DEFROST_SHARE : clamp(o.compressorPct / 100, s.params.compressorMinShare, 1);
  const wanted = enabled && !still ? ordered : 0;
  s.lockedW = enabled && input.faults?.compressorLocked ? LOCKED_SHARE * s.params.compressorMaxW : 0;
  if (wanted > 0 && s.compressorShare === 0) s.compressorStarts++;
  const stepShare = dtS / s.params.compressorRampS;
  s.compressorShare = wanted === 0 ? 0 : s.compressorShare + clamp(wanted - s.compressorShare, -stepShare, stepShare);
  const running = s.compressorShare > 0;
  s.sinceStopS = running ? 0 : s.sinceStopS + dtS;
  s.cycleWarm = toward(s.cycleWarm, running ? 1 : 0, dtS, running ? CYCLE_UP_S : CYCLE_DOWN_S);
}

/** A machine turns its valve for a defrost at its least speed. */
function slowDown(s: PlantState): void {
  s.compressorShare = Math.min(s.compressorShare, s.params.compressorMinShare);
}

/** Watts into the condenser's water. The first minutes give little more than the compressor's own heat. */
function stepHeating(s: PlantState, input: PlantInput, dtS: number): number {
  const p = s.params;
  const sourceC = s.evaporatingC + differenceK(load(s));
  const fullW = nominalW(p) * heatingCapacity(sourceC, s.condenserC);
  const cop = heatingCop(
    s.compressorShare,
    Math.max(s.condensingC, s.condenserC + PINCH_K),
    Math.min(s.evaporatingC, s.outdoorC - PINCH_K),
  );
  s.compressorW = Math.min(p.compressorMaxW, (fullW * s.compressorShare) / cop);
  const ambientW = s.compressorW * (cop - 1) * s.cycleWarm;
  gain(s.ledger, 'ambientJ', ambientW * dtS);
  growFrost(s, input.weather.humidityPct, ambientW, dtS);
  if (s.frostKg >= fullFrostKg(s) && !input.faults?.reversingValveStuck) {
    s.defrosting = true;
    s.defrosts++;
    slowDown(s);
  }
  return s.compressorW + ambientW;
}

function stepCooling(s: PlantState, dtS: number): number {
  const p = s.params;
  const eer = coolingEer(
    s.compressorShare,
    Math.max(s.condensingC, s.outdoorC + PINCH_K),
    Math.min(s.evaporatingC, s.condenserC - PINCH_K),
  );
  s.compressorW = Math.min(p.compressorMaxW, (COOLING_SIZE * nominalW(p) * s.compressorShare) / eer);
  const coldW = s.compressorW * eer * s.cycleWarm;
  lose(s.ledger, 'outdoorJ', (s.compressorW + coldW) * dtS);
  return -coldW;
}

function stepHeat(s: PlantState, input: PlantInput, dtS: number): number {
  if (s.compressorShare === 0) {
    meltFrost(s, dtS);
    // A rotor that does not turn warms the machine room.
    s.compressorW = s.lockedW;
    lose(s.ledger, 'standingLossJ', s.lockedW * dtS);
    return 0;
  }
  if (s.cooling) return stepCooling(s, dtS);
  if (!s.defrosting) return stepHeating(s, input, dtS);
  const intoWaterW = stepDefrost(s, dtS);
  if (s.frostKg === 0) {
    s.defrosting = false;
    s.cycleWarm = WARM_AFTER_DEFROST;
    slowDown(s);
  }
  return intoWaterW;
}

/** One sub-step of contacts, valve, compressor, pressures, frost and hot gas. Sets `compressorW` and `condenserW`. */
export function stepHeatPump(s: PlantState, input: PlantInput, dtS: number): void {
  stepContacts(s, input);
  stepValve(s, input);
  stepSpeed(s, input, dtS);
  stepPressures(s, input, dtS);
  s.condenserW = stepHeat(s, input, dtS);
  gain(s.ledger, 'compressorJ', s.compressorW * dtS);
  const hotC = s.condensingC + 8 + 0.35 * Math.max(0, s.condensingC - s.evaporatingC);
  s.dischargeC =
    s.compressorShare > 0
      ? toward(s.dischargeC, hotC, dtS, DISCHARGE_UP_S)
      : toward(s.dischargeC, s.condenserC, dtS, DISCHARGE_DOWN_S);
}

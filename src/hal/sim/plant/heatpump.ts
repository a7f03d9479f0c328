import { copFit, machineCop } from './cop.ts';
import { gain, lose } from './ledger.ts';
import { EQUALISE_S, type PlantInput, type PlantState } from './state.ts';

/** Condensing temperature at which the high-pressure switch opens (R290, about 31 bar) and closes again. */
const HIGH_OPEN_C = 80;
const HIGH_CLOSE_C = 60;
/** Evaporating temperature of the low-pressure switch, outdoors and (water that could freeze) indoors. */
const LOW_OPEN_C = -34;
const LOW_CLOSE_C = -26;
const LOW_OPEN_WATER_C = -1;
const LOW_CLOSE_WATER_C = 4;

/** How far the evaporator runs away from the air when no fan moves it, at full speed. */
const STILL_AIR_K = 100;
/** Share of rated power that a drive lets into a rotor that does not turn. */
const LOCKED_SHARE = 0.5;

const RAMP_S = 30;
const CYCLE_UP_S = 90;
const CYCLE_DOWN_S = 900;
const DISCHARGE_UP_S = 60;
const DISCHARGE_DOWN_S = 600;

const FULL_FROST_KG = 2;
/** More ice than this leaves no air gap to freeze in. */
const MOST_FROST_KG = 6;
/** Heat that takes a kilogram of frost and its share of the fins off. */
const FROST_J_PER_KG = 500_000;
const SUBLIMATION_J_PER_KG = 2.83e6;
const NATURAL_MELT_KG_PER_S = 2e-4;

const toward = (from: number, to: number, dtS: number, tauS: number) => to + (from - to) * Math.exp(-dtS / tauS);
const clamp = (x: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, x));

/** Share of the evaporator's heat that comes from freezing moisture: none above 7 °C, most near 0 °C, little when dry and cold. */
function frostShare(outdoorC: number, humidityPct: number): number {
  const t = outdoorC >= 1 ? (7 - outdoorC) / 6 : (outdoorC + 12) / 13;
  return 0.2 * clamp(t, 0, 1) * clamp((humidityPct - 40) / 50, 0, 1);
}

const sourceC = (s: PlantState) => s.outdoorC - 6 * (s.frostKg / FULL_FROST_KG);

/** Contacts are wired in series with the compressor: they cut it without asking anybody. */
function stepContacts(s: PlantState, input: PlantInput): void {
  const f = input.faults;
  const wereOk = s.pressureHighOk && s.pressureLowOk;
  const share = s.compressorShare;
  const still = f?.outdoorUnitDead ? STILL_AIR_K * share : 0;
  const condensingC = (s.cooling ? s.outdoorC + still : s.condenserC) + 4 + 4 * share;
  const evaporatingC = s.cooling ? s.condenserC - 6 * share : sourceC(s) - still - 8 * share;
  s.pressureHighOk =
    !f?.pressureHighOpen && (s.pressureHighOk ? condensingC < HIGH_OPEN_C : condensingC < HIGH_CLOSE_C);
  const openC = s.cooling ? LOW_OPEN_WATER_C : LOW_OPEN_C;
  const closeC = s.cooling ? LOW_CLOSE_WATER_C : LOW_CLOSE_C;
  s.pressureLowOk = !f?.pressureLowOpen && (s.pressureLowOk ? evaporatingC > openC : evaporatingC > closeC);
  s.gasOk = !f?.gasAlarm;
  if (wereOk && !(s.pressureHighOk && s.pressureLowOk)) s.pressureTrips++;
}

function stepSpeed(s: PlantState, input: PlantInput, dtS: number): void {
  const o = input.outputs;
  const cooling = o.coolingOn >= 0.5;
  if (cooling !== s.cooling && !input.faults?.reversingValveStuck) {
    if (s.compressorShare > 0 || s.sinceStopS < EQUALISE_S) s.reversalViolations++;
    s.cooling = cooling;
    s.defrosting = false;
    s.cycleWarm = 0;
  }
  const enabled = o.compressorOn >= 0.5 && o.compressorPct > 0 && s.pressureHighOk && s.pressureLowOk && s.gasOk;
  const still = input.faults?.compressorBlocked || input.faults?.compressorLocked;
  const wanted = enabled && !still ? clamp(o.compressorPct / 100, s.params.compressorMinShare, 1) : 0;
  s.lockedW = enabled && input.faults?.compressorLocked ? LOCKED_SHARE * s.params.compressorMaxW : 0;
  if (wanted > 0 && s.compressorShare === 0) s.compressorStarts++;
  const stepShare = dtS / RAMP_S;
  s.compressorShare = wanted === 0 ? 0 : s.compressorShare + clamp(wanted - s.compressorShare, -stepShare, stepShare);
  s.sinceStopS = s.compressorShare > 0 ? 0 : s.sinceStopS + dtS;
  s.cycleWarm = toward(
    s.cycleWarm,
    s.compressorShare > 0 ? 1 : 0,
    dtS,
    s.compressorShare > 0 ? CYCLE_UP_S : CYCLE_DOWN_S,
  );
}

/** Heat into the water at full speed: falls by 2.5 % of the rated one per kelvin outside. */
export const capacityW = (p: { compressorMaxW: number; capacityPerW: number }, outdoorC: number) =>
  p.compressorMaxW * p.capacityPerW * clamp(1 + 0.025 * (outdoorC - 2), 0.5, 1.4);

/** Watts into the condenser's water; negative while cooling or defrosting. */
function stepHeating(s: PlantState, input: PlantInput, dtS: number): number {
  const p = s.params;
  const cop = machineCop(s.condenserC, sourceC(s));
  s.compressorW = Math.min(p.compressorMaxW, capacityW(p, s.outdoorC) / cop) * s.compressorShare;
  const ambientW = s.compressorW * (cop - 1) * s.cycleWarm;
  gain(s.ledger, 'compressorJ', s.compressorW * dtS);
  gain(s.ledger, 'ambientJ', ambientW * dtS);
  s.frostKg += (frostShare(s.outdoorC, input.weather.humidityPct) * ambientW * dtS) / SUBLIMATION_J_PER_KG;
  if (s.frostKg >= FULL_FROST_KG) {
    s.frostKg = Math.min(s.frostKg, MOST_FROST_KG);
    if (input.faults?.reversingValveStuck) return s.compressorW + ambientW;
    s.defrosting = true;
    s.defrosts++;
  }
  return s.compressorW + ambientW;
}

function stepDefrost(s: PlantState, dtS: number): number {
  s.compressorW = 0.4 * s.params.compressorMaxW * s.compressorShare;
  const fromWaterW = clamp(400 * (s.condenserC - 3), 0, 2 * s.params.compressorMaxW) * s.compressorShare;
  gain(s.ledger, 'compressorJ', s.compressorW * dtS);
  lose(s.ledger, 'outdoorJ', (s.compressorW + fromWaterW) * dtS);
  s.frostKg = Math.max(0, s.frostKg - ((s.compressorW + fromWaterW) * dtS) / FROST_J_PER_KG);
  if (s.frostKg === 0) s.defrosting = false;
  return -fromWaterW;
}

function stepCooling(s: PlantState, dtS: number): number {
  s.compressorW = 0.6 * s.params.compressorMaxW * s.compressorShare;
  const eer = clamp(copFit(s.outdoorC + 8, s.condenserC) - 1, 1.5, 6);
  const coldW = s.compressorW * eer * s.cycleWarm;
  gain(s.ledger, 'compressorJ', s.compressorW * dtS);
  lose(s.ledger, 'outdoorJ', (s.compressorW + coldW) * dtS);
  return -coldW;
}

/** One sub-step of contacts, compressor, frost and hot gas. Sets `compressorW` and `condenserW`. */
export function stepHeatPump(s: PlantState, input: PlantInput, dtS: number): void {
  stepContacts(s, input);
  stepSpeed(s, input, dtS);
  if (s.outdoorC > 1 && s.compressorShare === 0) s.frostKg = Math.max(0, s.frostKg - NATURAL_MELT_KG_PER_S * dtS);
  if (s.compressorShare === 0) {
    // A rotor that does not turn warms the machine room.
    s.compressorW = s.lockedW;
    s.condenserW = 0;
    gain(s.ledger, 'compressorJ', s.lockedW * dtS);
    lose(s.ledger, 'standingLossJ', s.lockedW * dtS);
  } else if (s.cooling) s.condenserW = stepCooling(s, dtS);
  else s.condenserW = s.defrosting ? stepDefrost(s, dtS) : stepHeating(s, input, dtS);
  const hotC = s.cooling ? s.outdoorC + 12 : s.condenserC + 8;
  const coldC = s.cooling ? s.condenserC - 6 : sourceC(s) - 8;
  s.dischargeC =
    s.compressorShare > 0
      ? toward(s.dischargeC, hotC + 8 + 0.3 * (hotC - coldC), dtS, DISCHARGE_UP_S)
      : toward(s.dischargeC, s.condenserC, dtS, DISCHARGE_DOWN_S);
}

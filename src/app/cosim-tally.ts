import type { Market, SafetyState, SetPoints } from '../contract/messages.ts';
import type { Config } from '../core/config.ts';
import { type PlantState, truthOf } from '../hal/sim/plant/plant.ts';

/** What a simulated run came to, counted from the plant's truth, never from what control believes. */
export interface Tally {
  heatPumpKwh: number;
  accelHeatKwh: number;
  backupKwh: number;
  rejectedKwh: number;
  /** Cold brought in by cooling. */
  cooledKwh: number;
  compressorKwh: number;
  accelKwh: number;
  auxKwh: number;
  householdKwh: number;
  pvKwh: number;
  importKwh: number;
  exportKwh: number;
  /** Sun that the feed-in limit cut off. */
  curtailedKwh: number;
  /** Heat that people missed at the tap. */
  hotWaterShortKwh: number;
  /** Heat of the pump over its electricity, defrost included; null without heating. */
  cop: number | null;
  costEur: number;
  /** Earned by answers sold at the income that was offered while they were computed. */
  incomeEur: number;
  /** Kelvin hours by which the room was colder than its set-point less half a kelvin. */
  coldKh: number;
  /** Kelvin hours by which the room was more than 1.5 K too warm. */
  warmKh: number;
  starts: number;
  defrosts: number;
  /** Seconds in each safety state but S0. */
  unsafeS: Record<'S1' | 'S2' | 'S3' | 'S4', number>;
  /** Broken limits of the machine by name and how often; empty is what we want. */
  violations: Record<string, number>;
  ledgerErrorPct: number;
  /** Heat of the pump and its electricity with fan, pumps and standby, by what it was for and the air outside. */
  pumpByAir: Record<string, PumpShare>;
}

export interface PumpShare {
  heatKwh: number;
  drawnKwh: number;
}

/** Width of a class of outdoor air, K. */
const AIR_K = 5;
/** Classes of the air, twice: for the house and, behind them, for the tank. */
const CLASSES = 64;
const airClass = (plant: PlantState) =>
  (plant.hotWaterPosition > 0.5 ? CLASSES : 0) + CLASSES / 2 + Math.floor(plant.outdoorC / AIR_K);
const classText = (at: number) => `${at < CLASSES ? 'house' : 'tank'} ${AIR_K * ((at % CLASSES) - CLASSES / 2)} °C`;

const J_PER_KWH = 3.6e6;
const COLD_BELOW_K = 0.5;
const WARM_ABOVE_K = 1.5;
/** Water that would scald a floor or open the safety valve (F14). */
const WATER_NEVER_C = 90;
const REST_S = 170;

function limitsBroken(plant: PlantState, config: Config, wasStill: number): string[] {
  const broken: string[] = [];
  if (plant.chipC > config.house.chipMaxC + 2) broken.push('chip above its limit');
  if (plant.coolantOutC[0]! > config.house.coolantMaxC + 3) broken.push('coolant above its limit');
  if (Math.max(plant.supplyC, plant.bufferC[0]!) > WATER_NEVER_C) broken.push('water above 90 °C');
  if (Math.min(plant.supplyC, plant.returnC) < 1) broken.push('water near freezing');
  if (plant.compressorShare > 0 && wasStill > 0 && wasStill < REST_S) broken.push('compressor short-cycled');
  return broken;
}

const noSums = () => ({
  heatPumpJ: 0,
  heatingJ: 0,
  accelHeatJ: 0,
  rejectedJ: 0,
  cooledJ: 0,
  householdJ: 0,
  pvJ: 0,
  importJ: 0,
  exportJ: 0,
  curtailedJ: 0,
});

function addTo(sums: ReturnType<typeof noSums>, plant: PlantState, dtS: number): void {
  if (plant.cooling) sums.cooledJ -= plant.condenserW * dtS;
  else {
    sums.heatPumpJ += plant.condenserW * dtS;
    sums.heatingJ += plant.compressorW * dtS;
  }
  sums.accelHeatJ += plant.accelHeatW * dtS;
  sums.rejectedJ += plant.rejectedW * dtS;
  sums.householdJ += plant.householdW * dtS;
  sums.pvJ += plant.pvW * dtS;
  sums.curtailedJ += plant.curtailedW * dtS;
  if (plant.gridW >= 0) sums.importJ += plant.gridW * dtS;
  else sums.exportJ -= plant.gridW * dtS;
}

function addShare(pumpByAir: Map<number, PumpShare>, plant: PlantState, dtS: number): void {
  const at = airClass(plant);
  let share = pumpByAir.get(at);
  if (!share) {
    share = { heatKwh: 0, drawnKwh: 0 };
    pumpByAir.set(at, share);
  }
  share.heatKwh += (plant.condenserW * dtS) / J_PER_KWH;
  share.drawnKwh += ((plant.compressorW + plant.auxW) * dtS) / J_PER_KWH;
}

export function createTally(config: Config, setPoints: SetPoints) {
  const sums = noSums();
  const unsafeS = { S1: 0, S2: 0, S3: 0, S4: 0 };
  const violations: Record<string, number> = {};
  let costEur = 0;
  let incomeEur = 0;
  let coldKh = 0;
  let warmKh = 0;
  let stillS = 0;
  const pumpByAir = new Map<number, PumpShare>();
  const kwh = (joules: number) => joules / J_PER_KWH;

  return {
    add(plant: PlantState, safety: SafetyState, market: Market, incomeEurPerKwh: number, dtS: number): void {
      addTo(sums, plant, dtS);
      if (!plant.cooling) addShare(pumpByAir, plant, dtS);
      costEur += kwh(plant.gridW * dtS) * (plant.gridW >= 0 ? market.priceEurPerKwh : market.exportEurPerKwh);
      incomeEur += kwh(plant.accelBurntW * dtS) * incomeEurPerKwh;
      const offK = plant.airC - setPoints.roomSetC;
      coldKh += (Math.max(0, -offK - COLD_BELOW_K) * dtS) / 3600;
      warmKh += (Math.max(0, offK - WARM_ABOVE_K) * dtS) / 3600;
      if (safety !== 'S0') unsafeS[safety] += dtS;
      for (const name of limitsBroken(plant, config, stillS)) violations[name] = (violations[name] ?? 0) + 1;
      stillS = plant.compressorShare > 0 ? 0 : stillS + dtS;
    },
    read(plant: PlantState): Tally {
      const { ledger } = plant;
      if (plant.reversalViolations > 0) violations['valve reversed under pressure'] = plant.reversalViolations;
      return {
        heatPumpKwh: kwh(sums.heatPumpJ),
        accelHeatKwh: kwh(sums.accelHeatJ),
        backupKwh: kwh(ledger.backupJ),
        rejectedKwh: kwh(sums.rejectedJ),
        cooledKwh: kwh(sums.cooledJ),
        compressorKwh: kwh(ledger.compressorJ),
        accelKwh: kwh(ledger.accelJ),
        auxKwh: kwh(ledger.auxJ),
        householdKwh: kwh(sums.householdJ),
        pvKwh: kwh(sums.pvJ),
        importKwh: kwh(sums.importJ),
        exportKwh: kwh(sums.exportJ),
        curtailedKwh: kwh(sums.curtailedJ),
        hotWaterShortKwh: kwh(plant.hotWaterShortJ),
        cop: sums.heatingJ > 3.6e5 ? sums.heatPumpJ / sums.heatingJ : null,
        costEur,
        incomeEur,
        coldKh,
        warmKh,
        starts: plant.compressorStarts,
        defrosts: plant.defrosts,
        unsafeS,
        violations,
        ledgerErrorPct: truthOf(plant).ledgerErrorPct,
        pumpByAir: Object.fromEntries([...pumpByAir].map(([at, share]) => [classText(at), share])),
      };
    },
  };
}

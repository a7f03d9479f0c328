import type { House } from '../../contract/house.ts';
import type { ComputeWant, Market, Mode } from '../../contract/messages.ts';
import type { OverrideKind } from '../../contract/override-kinds.ts';
import { LEAST_LEVEL } from '../decide/compressor.ts';
import { coolestSupplyC, DESIGN_ROOM_C, loadW, supplyTargetC } from '../decide/curve.ts';
import { COIL_K } from '../decide/hotwater.ts';
import { type Plan, ROOM_W_PER_K } from '../decide/plan.ts';
import { hasResistive } from '../decide/resistive.ts';
import type { Estimates } from '../estimate/points.ts';
import { capacityW, copAt } from '../learn/own-pump.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import { clamp, J_PER_KWH } from '../physics.ts';

/** What a wish will cost: an estimate from heat loss, the learnt map and the price of this hour. Pure. */
export interface CostFacts {
  est: Estimates;
  house: House;
  market: Market | undefined;
  want: ComputeWant | undefined;
  plan: Plan;
  pump: PumpMap;
  roomSetC: number;
  hotWaterSetC: number;
  mode: Exclude<Mode, 'auto'>;
}

const WATER_KWH_PER_LK = 4186 / J_PER_KWH;
/** Compressor speed of a `quiet` wish where the config names none. */
export const QUIET_PCT = 45;

const euro = (eur: number) => (eur < 0.005 ? 'less than 0.01 EUR' : `about ${eur.toFixed(2)} EUR`);

/** 500 L of buffer for each kelvin of hotter water. */
const STORE_WH_PER_K = 600;
/** Heat of COP 1 comes when the pump has not been enough for half an hour, and keeps the buffer this much cooler. */
const BEFORE_COP_1_S = 1800;
const COOLER_K = 3;

/**
 * Electricity for a warmer room, kWh. All the heat of these hours is made with hotter water and at more speed. What the house
 * does not lose of it comes back as it cools, and is worth what it would have cost then.
 */
function warmerKwh(leftS: number, byK: number, { house, roomSetC, est, pump }: CostFacts): number {
  const outdoorC = est.outdoorC.value;
  const roomC = est.roomC.quality === 'lost' ? roomSetC : est.roomC.value;
  const hotC = supplyTargetC(house, roomSetC + byK, outdoorC, roomC, 0);
  if (hotC === 0) return 0;
  const waterC = Math.max(coolestSupplyC(roomSetC), supplyTargetC(house, roomSetC, outdoorC, roomC, 0));
  const hours = leftS / 3600;
  const fullW = capacityW(pump, house, hotC, outdoorC);
  const houseW = Math.min(fullW, loadW(house, roomSetC, outdoorC));
  const wantedW = houseW + ROOM_W_PER_K * byK + (STORE_WH_PER_K * (hotC - waterC)) / hours;
  const givenW = Math.min(fullW, wantedW);
  const cop = (watts: number, sinkC: number) => copAt(pump, clamp(watts / fullW, LEAST_LEVEL, 1), sinkC, outdoorC);
  const lossW = (house.designLoadW / (DESIGN_ROOM_C - house.designOutdoorC)) * byK;
  const backW = Math.max(0, givenW - houseW - lossW);
  const usualCop = cop(houseW, waterC);
  return (hours / 1000) * (givenW / cop(givenW, (waterC + hotC) / 2) - (houseW + backW) / usualCop);
}

/** Electricity for quiet hours, kWh: what the slowed pump leaves missing is made at COP 1 where something can. */
function quietKwh(leftS: number, { house, roomSetC, est, plan, pump }: CostFacts): number {
  if (plan.supplySetC === 0 || !hasResistive(house)) return 0;
  const outdoorC = est.outdoorC.value;
  const share = Math.min(QUIET_PCT, house.comfort.quiet.maxPct) / 100;
  const quietW = share * capacityW(pump, house, plan.supplySetC, outdoorC);
  const coolerShare = COOLER_K / Math.max(COOLER_K, plan.supplySetC - roomSetC);
  const missingW = Math.max(0, loadW(house, roomSetC, outdoorC) * (1 - coolerShare) - quietW);
  return (
    ((missingW * Math.max(0, leftS - BEFORE_COP_1_S)) / J_PER_KWH) * (1 - 1 / copAt(pump, 1, plan.supplySetC, outdoorC))
  );
}

/** Electricity that an empty house spares, kWh: what it gives off less. What then warms the walls again was saved before. */
function sparedKwh(leftS: number, byK: number, { house, roomSetC, est, plan, pump }: CostFacts): number {
  const outdoorC = est.outdoorC.value;
  const lessW = loadW(house, roomSetC, outdoorC) - loadW(house, roomSetC - byK, outdoorC);
  return (lessW * leftS) / J_PER_KWH / copAt(pump, LEAST_LEVEL, Math.max(plan.supplySetC, roomSetC + 5), outdoorC);
}

/** Speed at which a tank is charged on average: the first kelvins in haste, the last slowly. */
const CHARGE_LEVEL = 0.8;

/** Heat that the tank lacks, and electricity for it, by the water that the coil needs on the way. */
function tankCharge({ est, house, pump, hotWaterSetC }: CostFacts) {
  const shortK = Math.max(0, hotWaterSetC - est.hotWaterC.value);
  const heatKwh = shortK * house.hotWaterTankL * WATER_KWH_PER_LK;
  const cop = copAt(pump, CHARGE_LEVEL, hotWaterSetC - shortK / 2 + COIL_K, est.outdoorC.value);
  return { heatKwh, electricKwh: heatKwh / cop };
}

/** What computing gains now, EUR an hour: answers that are sold, and unpaid work with the watts that they leave. */
function computingEurPerH({ plan: { why, fillerW, paidW }, want }: CostFacts): number {
  if (!why) return 0;
  const gainEur = why.marginEurPerKwh;
  const soldEur = Math.max(0, gainEur + (want?.incomeEurPerKwh ?? 0));
  return (paidW * soldEur + Math.max(0, fillerW - paidW) * Math.max(0, gainEur)) / 1000;
}

export function costOf(
  kind: OverrideKind,
  leftS: number,
  byK: number,
  facts: CostFacts,
): { eur: number | null; text: string } {
  const { market, plan, mode } = facts;
  if (kind === 'screed')
    return { eur: null, text: 'costs what the wet floor and the house take, which nobody can foresee' };
  if (mode === 'cooling' && kind === 'warmer') return { eur: 0, text: 'costs nothing while the house is cooled' };
  if (mode === 'cooling' && kind === 'holiday')
    return { eur: null, text: 'saves what cooling and hot water would take, as the weather will have it' };
  const moreKwh = kind === 'warmer' ? warmerKwh(leftS, byK, facts) : kind === 'quiet' ? quietKwh(leftS, facts) : 0;
  if (kind === 'quiet' && moreKwh === 0)
    return { eur: 0, text: 'costs nothing by itself; in hard frost the house may cool' };
  if (!market) return { eur: null, text: 'cost unknown, no price has been received' };
  const price = market.priceEurPerKwh;
  if (kind === 'holiday') {
    const kwh = sparedKwh(leftS, byK, facts);
    const eur = Math.max(0, kwh * price);
    return {
      eur: -eur,
      text: `saves ${euro(eur)} (estimate: ${kwh.toFixed(1)} kWh less of electricity at ${price.toFixed(2)} EUR/kWh)`,
    };
  }
  if (kind === 'warmer' || kind === 'quiet') {
    const eur = Math.max(0, moreKwh * price);
    const kwh = Math.max(0, moreKwh).toFixed(1);
    return {
      eur,
      text: `costs ${euro(eur)} (estimate: ${kwh} kWh more of electricity at ${price.toFixed(2)} EUR/kWh)`,
    };
  }
  if (kind === 'hot-water-once') {
    const { heatKwh, electricKwh } = tankCharge(facts);
    const nowEur = plan.sunny ? market.exportEurPerKwh : price;
    const eur = Math.max(0, electricKwh * nowEur);
    return {
      eur,
      text: `costs ${euro(eur)} (estimate: ${heatKwh.toFixed(1)} kWh of heat by ${electricKwh.toFixed(1)} kWh of electricity at ${nowEur.toFixed(2)} EUR/kWh)`,
    };
  }
  const eur = (computingEurPerH(facts) * leftS) / 3600;
  return { eur, text: `forgoes ${euro(eur)} (estimate, at what computing gains now)` };
}

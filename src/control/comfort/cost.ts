import type { House } from '../../contract/house.ts';
import type { Market } from '../../contract/messages.ts';
import type { OverrideKind } from '../../contract/override-kinds.ts';
import { loadW } from '../decide/curve.ts';
import type { Plan } from '../decide/plan.ts';
import type { Estimates } from '../estimate/points.ts';
import { copOf } from '../physics.ts';

/** What a wish will cost: an estimate from heat loss, COP and the price of this hour. Pure. */
export interface CostFacts {
  est: Estimates;
  house: House;
  market: Market | undefined;
  plan: Plan;
  roomSetC: number;
  hotWaterSetC: number;
}

const WATER_KWH_PER_LK = 4186 / 3.6e6;
/** Supply above the tank while it is charged. */
const COIL_K = 8;

const euro = (eur: number) => (eur < 0.005 ? 'less than 0.01 EUR' : `about ${eur.toFixed(2)} EUR`);

/** Room temperature that a design heat load is stated for (EN 12831 and our own curve). */
const DESIGN_ROOM_C = 21;

/**
 * Extra heat of a warmer room is conductance x kelvin x time, on a day that needs heat: what warms the walls first comes
 * back as they cool, so the lag of a heavy house does not change the sum.
 */
function warmerKwh(leftS: number, byK: number, { house, roomSetC, est }: CostFacts): number {
  if (loadW(house, roomSetC + byK, est.outdoorC.value) === 0) return 0;
  const lossWPerK = house.designLoadW / (DESIGN_ROOM_C - house.designOutdoorC);
  return (lossWPerK * byK * leftS) / 3.6e6;
}

export function costOf(
  kind: OverrideKind,
  leftS: number,
  byK: number,
  facts: CostFacts,
): { eur: number | null; text: string } {
  const { est, house, market, plan } = facts;
  if (kind === 'screed')
    return { eur: null, text: 'costs what the wet floor and the house take, which nobody can foresee' };
  if (kind === 'quiet') return { eur: 0, text: 'costs nothing by itself; in hard frost the house may cool' };
  if (!market) return { eur: null, text: 'cost unknown, no price has been received' };
  const price = market.priceEurPerKwh;
  const heat = (kwh: number, sinkC: number) => {
    const electricKwh = kwh / copOf(sinkC, est.outdoorC.value);
    const eur = Math.max(0, electricKwh * price);
    const [heatText, electricText] = [kwh.toFixed(1), electricKwh.toFixed(1)];
    const told = price.toFixed(2);
    return {
      eur,
      text: `costs ${euro(eur)} (estimate: ${heatText} kWh of heat by ${electricText} kWh of electricity at ${told} EUR/kWh)`,
      saved: `saves ${euro(eur)} (estimate: ${heatText} kWh of heat by ${electricText} kWh of electricity at ${told} EUR/kWh)`,
    };
  };
  const supplyC = Math.max(plan.supplySetC, facts.roomSetC + 5);
  if (kind === 'warmer') return heat(warmerKwh(leftS, byK, facts), supplyC + byK);
  // What the house gives off less; what it then takes to warm the walls again it has saved before.
  if (kind === 'holiday') {
    const { eur, saved } = heat(warmerKwh(leftS, byK, facts), supplyC);
    return { eur: -eur, text: saved };
  }
  if (kind === 'hot-water-once') {
    const shortK = Math.max(0, facts.hotWaterSetC - est.hotWaterC.value);
    return heat(shortK * house.hotWaterTankL * WATER_KWH_PER_LK, facts.hotWaterSetC + COIL_K);
  }
  const gain = plan.why && plan.fillerW > 0 ? Math.max(0, plan.why.marginEurPerKwh) : 0;
  const eur = (gain * plan.fillerW * leftS) / 3.6e6;
  return { eur, text: `forgoes ${euro(eur)} (estimate, at what computing gains now)` };
}

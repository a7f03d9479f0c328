import type { StepInput } from '../types.ts';
import { type Dispatch, type DispatchInput, dispatch, leading } from './dispatch.ts';

/** Watts that pay by where they come from; the loops take the sun of the moment to it. */
export interface Pays {
  gridW: number;
  sunW: number;
  /** From sun that a feed-in limit would cut off. */
  freeW: number;
}

export const NOTHING_PAYS: Pays = { gridW: 0, sunW: 0, freeW: 0 };

/** What pays with this much surplus sun, of which `exportLimitW` can be fed in. */
export const paysNow = (pays: Pays, surplusW: number, exportLimitW: number): number =>
  Math.max(pays.gridW, Math.min(pays.sunW, surplusW), Math.min(pays.freeW, Math.max(0, surplusW - exportLimitW)));

export interface Money {
  /** With the surplus of now: its leading tier is what people are told. */
  dispatched: Dispatch;
  filler: Pays;
  paid: Pays;
}

export interface MoneyFacts {
  input: StepInput;
  /** Accelerator watts that are safe, heat that house and store would take. */
  limitW: number;
  heatW: number;
  surplusW: number;
  /** Part of it that would be made by the backup heater, W. */
  resistiveW: number;
  /** COP of the heat pump now. */
  cop: number;
}

const bySource = (input: DispatchInput, nowW: number): Pays => ({
  // Where buying pays and feeding in pays more, the sun of now decides whether anything is bought.
  gridW: Math.min(nowW, dispatch({ ...input, surplusW: 0, curtailedW: 0 }).watts),
  sunW: dispatch({ ...input, surplusW: input.maxW, curtailedW: 0 }).watts,
  freeW: dispatch({ ...input, surplusW: input.maxW, curtailedW: input.maxW }).watts,
});

/** Undefined without a price, or while computing is switched off. */
export function money(facts: MoneyFacts): Money | undefined {
  const { input, limitW, surplusW, heatW, resistiveW, cop } = facts;
  const { market, house, want, setPoints, grid } = input;
  if (!market || !setPoints.computeOn) return undefined;
  const base: DispatchInput = {
    maxW: limitW,
    surplusW,
    curtailedW: Math.max(0, surplusW - (grid?.exportLimitW ?? Number.POSITIVE_INFINITY)),
    heatW,
    retailEurPerKwh: market.priceEurPerKwh,
    exportEurPerKwh: market.exportEurPerKwh,
    incomeEurPerKwh: setPoints.computeValueEurPerKwh,
    wearEurPerKwh: house.wearEurPerKwh,
    alternative: house.alternativeHeat,
    alternativeEurPerKwh: house.alternativeEurPerKwh,
    cop,
    resistiveW,
    ...(house.backupHeaterIs === 'boiler' && { boilerEurPerKwh: house.alternativeEurPerKwh }),
  };
  const dispatched = dispatch(base);
  const filler = bySource(base, dispatched.watts);
  if (!want || want.incomeEurPerKwh <= 0) return { dispatched, filler, paid: NOTHING_PAYS };
  const maxW = Math.min(limitW, want.wantW);
  const sold = { ...base, maxW, incomeEurPerKwh: base.incomeEurPerKwh + want.incomeEurPerKwh };
  return { dispatched, filler, paid: bySource(sold, dispatch(sold).watts) };
}

/** A kWh must gain this much before filler starts, and may lose as much before it stops. */
const HYSTERESIS_EUR = 0.002;
export const FILLER_MIN_OFF_S = 600;
const FILLER_MIN_ON_S = 300;
/** A loss that no minimum time excuses. */
const CLEAR_LOSS_EUR = 0.05;

/**
 * Minimum times and hysteresis around the rule, so that a price that trembles does not switch an accelerator. What began on
 * sun is not kept up with bought power.
 */
export function steadyPays(
  before: { fillerW: number; gridW: number; fillerS: number },
  found: Money | undefined,
): Pays {
  const first = found && leading(found.dispatched);
  if (!found || !first) return NOTHING_PAYS;
  const { watts } = found.dispatched;
  if (before.fillerW > 0) {
    if (watts > 0) return found.filler;
    const excused = before.fillerS < FILLER_MIN_ON_S && first.marginEurPerKwh > -CLEAR_LOSS_EUR;
    const near = first.marginEurPerKwh > -HYSTERESIS_EUR && first.heatUsed;
    if (!excused && !near) return NOTHING_PAYS;
    const keptW = Math.min(before.fillerW, first.toW);
    return { gridW: first.source === 'grid' ? Math.min(before.gridW, keptW) : 0, sunW: keptW, freeW: keptW };
  }
  const enough = first.marginEurPerKwh > HYSTERESIS_EUR || (first.pays && first.marginEurPerKwh === 0);
  return watts > 0 && enough && before.fillerS >= FILLER_MIN_OFF_S ? found.filler : NOTHING_PAYS;
}

import type { Outputs } from '../contract/points.ts';
import { STALL_ACCEL_S } from './decide/decide.ts';
import { safeLimitW } from './decide/grant.ts';
import { FILLER_MIN_OFF_S } from './decide/money.ts';
import type { Estimates } from './estimate/points.ts';
import { plannedAccelW } from './estimate.ts';
import { kw } from './figures.ts';
import { gridHolds } from './grid/grid.ts';
import type { CoreState } from './state.ts';
import type { StepInput } from './types.ts';

export const WORKING_W = 100;
const SOURCES = { curtailed: 'sun that would be cut off', sun: 'own sun', grid: 'the grid' } as const;
/** Without its sign: the words tell it. */
const eur = (e: number) => Math.abs(e).toFixed(3);
const isLoss = (e: number) => e <= -0.0005;

/** What a kWh costs and gains, `paidEur` of it by answers that are sold; where wear takes more than that, what it costs. */
function money({ plan: { plan } }: CoreState, paidEur = 0): string {
  const { why, marketLive } = plan;
  if (!why) return marketLive ? 'what a kWh gains is worked out within a minute' : 'no price is known';
  const paid = paidEur > 0 ? `, ${eur(paidEur)} of it paid` : '';
  const { priceEurPerKwh, alternativeEurPerKwh, marginEurPerKwh } = why;
  const gainEur = marginEurPerKwh + priceEurPerKwh + paidEur;
  const [from, price, gains] = [SOURCES[why.source], eur(priceEurPerKwh), eur(gainEur)];
  if (isLoss(gainEur)) {
    return isLoss(priceEurPerKwh)
      ? `taking a kWh from ${from} earns ${price} EUR and computing with it costs ${gains} EUR`
      : `a kWh from ${from} costs ${price} EUR and computing with it costs ${gains} EUR more`;
  }
  const worth = eur(alternativeEurPerKwh);
  const ofIt = worth === gains ? ' as heat it replaces' : `, ${worth} of it as heat it replaces`;
  const more = paid + (alternativeEurPerKwh > 0 ? ofIt : '');
  return isLoss(priceEurPerKwh)
    ? `taking a kWh from ${from} earns ${price} EUR and computing with it gains ${gains} EUR${more}`
    : `a kWh from ${from} costs ${price} EUR and gains ${gains} EUR${more}`;
}

/** Whose heat it is that computes at any price; undefined while money decides. */
function heatsFor({ emergency, decided }: CoreState, paysW: number): string | undefined {
  if (emergency.on) return 'the heat pump cannot run';
  if (decided.frost.heat) return 'water may freeze';
  if (paysW > 0) return undefined;
  if (decided.defrost.on) return 'the outdoor unit defrosts and the buffer is cold';
  return decided.hotWater.stalledS >= STALL_ACCEL_S ? 'the tank does not get to its 60 °C without' : undefined;
}

/** What keeps unpaid work away: money, or something that stands before it. */
function obstacle({ plan: { plan, fillerS } }: CoreState, locked: boolean): string {
  if (locked) return 'SG-Ready locks unpaid computing';
  if (plan.fillerW > 0) return 'the sun for unpaid computing is gone';
  if (!plan.why || plan.why.marginEurPerKwh <= 0) return 'unpaid computing does not pay';
  return fillerS < FILLER_MIN_OFF_S ? 'unpaid computing rests between two runs' : 'unpaid computing hardly pays';
}

function unable(
  { comfort, interlock, operation }: CoreState,
  est: Estimates,
  { setPoints, house }: StepInput,
): string | undefined {
  if (setPoints.operation === 'observe') return 'the unit only observes';
  if (operation.drives === 'commission') return 'commissioning has the accelerator';
  const isPaused = comfort.overrides.some(({ kind }) => kind === 'pause-compute' || kind === 'screed');
  if (!setPoints.computeOn) return isPaused ? 'computing is paused' : 'computing is switched off';
  if (house.accelMaxW === 0) return 'there is no accelerator';
  if (interlock.stopped.accel) return 'the accelerator is stopped for safety';
  if (est.accelW.quality !== 'lost' && safeLimitW(est, house) === 0) return 'the accelerator is too warm to compute';
  return undefined;
}

/** Why the accelerator computes, or why it does not: with the price that decides. `input` with the set-points in force. */
export function computing(state: CoreState, est: Estimates, input: StepInput, outputs: Outputs): string {
  const cannot = unable(state, est, input);
  if (cannot) return cannot;
  const { decided, plan } = state;
  const { want } = input;
  const watts = plannedAccelW(est);
  const { plan: held, locked } = gridHolds(state.grid, plan.plan, decided.frost.heat, input.grid);
  if (decided.fillerW > 0) {
    const mayW = outputs.accelSupplyOn > 0 ? Math.min(decided.fillerW, outputs.accelCapW) : 0;
    const heat = heatsFor(state, held.fillerW);
    if (mayW < WORKING_W && watts < WORKING_W)
      return `the accelerator may not draw power now, although ${heat ?? money(state)}`;
    if (heat) return `computing ${kw(watts)} of up to ${kw(mayW)} for its heat: ${heat}`;
    return `computing ${kw(watts)} of up to ${kw(mayW)} because ${money(state)}`;
  }
  if (decided.paidW >= WORKING_W) {
    const sold = money(state, want?.incomeEurPerKwh);
    return watts > WORKING_W
      ? `computing ${kw(watts)} for answers that are paid: ${sold}`
      : `answers that are paid may draw ${kw(decided.paidW)}: ${sold}`;
  }
  const why = obstacle(state, locked);
  if (want && want.queued > 0) return `computing ${kw(watts)} because questions wait; ${why}: ${money(state)}`;
  if (watts > WORKING_W) return `the accelerator draws ${kw(watts)}; ${why}: ${money(state)}`;
  return `the accelerator rests until a question comes: ${why}, ${money(state)}`;
}

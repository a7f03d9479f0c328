import { clamp, WATER_W_PER_LPM_K } from '../physics.ts';
import { fixed1, type Row, type RowContext, running } from './row.ts';
import { computes, DIFFER_K, flows, gasHot, good, heats, K, mixed, pipes, value } from './signs.ts';
import { waterGapK } from './slow.ts';

/** Water sensors that changed places or drift apart (F5, F4): held against another that reads the same water. */
const DRIFTED_K = 2.5;
const SPREAD_S = 600;
/** How well the heat between two sensors is known, as a share of what it warms the water by. */
const KNOWN_SHARE = 0.25;
const STEADY_SHARE = 0.1;
const STEADY_K = 1;

/** Power and inlet are what the loop has felt: its heat goes into the water and not into its own mass. */
const steady = ({ est, balance }: RowContext) =>
  Math.abs(est.accelW.value - balance.laggedW) < STEADY_SHARE * balance.laggedW &&
  Math.abs(est.accelInC.value - (balance.feltInC?.[0] ?? est.accelInC.value)) < STEADY_K;

/** Nothing of the accelerator gets into the water, nor has anything left of it. */
const away = (c: RowContext) =>
  c.timers.accelIdleS > SPREAD_S || (c.image.actuators.rejectOn > 0 && c.timers.rejectS > SPREAD_S);

/** Kelvins by which the water is warmed between condenser outlet and supply; undefined while nobody can know. */
function betweenK(c: RowContext): number | undefined {
  if (!pipes(c) || mixed(c) || c.timers.waterPumpS <= SPREAD_S) return undefined;
  // The compressor keeps both pipes moving.
  if (away(c)) return running(c) && c.timers.compressorOnS > SPREAD_S ? 0 : undefined;
  const given = c.image.actuators.rejectOn === 0 && c.timers.rejectS > SPREAD_S && computes(c) && steady(c);
  return given ? clamp(c.balance.laggedW / (WATER_W_PER_LPM_K * value(c, 'heatFlowLpm')), 0, 20) : undefined;
}
const apartK = (c: RowContext) => value(c, 'supplyC') - value(c, 'condenserOutC') - (betweenK(c) ?? 0);
/** Over a quarter of an hour it need not be steady: what its own mass takes it gives back. */
const meanApart = (c: RowContext) =>
  !c.observing && Math.abs(waterGapK(c.slow)) > DRIFTED_K + KNOWN_SHARE * c.slow.water.dueK;
/**
 * An accelerator that is not steady gives what nobody knows, but nothing cools the water behind a condenser that heats, and
 * nothing warms it by more than this.
 */
const UNSTEADY_K = 4;
const UNSTEADY_SHARE = 2;
function cannotBe(c: RowContext): boolean {
  const cools = c.image.actuators.coolingOn > 0;
  if (cools || !pipes(c) || mixed(c) || c.timers.waterPumpS <= SPREAD_S) return false;
  const gapK = value(c, 'supplyC') - value(c, 'condenserOutC');
  const riseK = c.balance.laggedW / (WATER_W_PER_LPM_K * value(c, 'heatFlowLpm'));
  const settled = running(c) && c.timers.compressorOnS > SPREAD_S;
  return gapK < -UNSTEADY_K || (settled && gapK > UNSTEADY_K + UNSTEADY_SHARE * riseK);
}

/** Of a heating machine the water seems to cool down on its way, of a cooling one to warm up with nothing that warms it. */
function backwards(c: RowContext): boolean {
  const [supplyC, condenserC, returnC] = [value(c, 'supplyC'), value(c, 'condenserOutC'), value(c, 'returnC')];
  if (heats(c)) return Math.min(supplyC, condenserC) < returnC - DIFFER_K;
  // What is at its condenser outlet is judged by F11c.
  return running(c) && away(c) && !mixed(c) && supplyC > returnC + DIFFER_K;
}

export const WATER_ROWS: readonly Row[] = [
  {
    id: 'F5w',
    code: 'water-sensors-swapped',
    effect: 'warn',
    holdS: 120,
    clearS: 300,
    active: (c) => pipes(c) && c.timers.compressorOnS > 180 && gasHot(c) && backwards(c),
    text: (c) =>
      heats(c)
        ? 'the hot gas heats and the water seems to cool down on its way; supply, condenser and return may be swapped'
        : 'the machine cools and the water seems to warm up on its way; supply and return may be swapped',
  },
  {
    id: 'F4w',
    code: 'water-sensors-differ',
    effect: 'warn',
    holdS: 300,
    clearS: 600,
    active: (c) =>
      (betweenK(c) !== undefined && Math.abs(apartK(c)) > DRIFTED_K + KNOWN_SHARE * betweenK(c)!) || meanApart(c),
    text: (c) =>
      `of supply and condenser outlet one is off by ${K(Math.abs(meanApart(c) ? waterGapK(c.slow) : apartK(c)))} from what heats the water between them; a sensor drifts, or sits loose on its pipe`,
  },
  {
    id: 'F4x',
    code: 'water-sensors-cannot-be',
    effect: 'warn',
    // Longer than pipes and exchangers lag behind a defrost or a valve.
    holdS: 150,
    clearS: 600,
    active: cannotBe,
    text: (c) =>
      `supply reads ${fixed1(value(c, 'supplyC'))} °C behind a condenser outlet of ${fixed1(value(c, 'condenserOutC'))} °C, and nothing between them does that; a sensor drifts, sits loose, or two are swapped`,
  },
  {
    id: 'F4r',
    code: 'return-differs',
    effect: 'warn',
    holdS: 300,
    clearS: 600,
    active: (c) =>
      flows(c) &&
      good(c, 'returnC', 'bufferBottomC') &&
      c.timers.waterPumpS > SPREAD_S &&
      c.image.actuators.hotWaterOn === 0 &&
      c.timers.tankS > SPREAD_S &&
      Math.abs(value(c, 'returnC') - value(c, 'bufferBottomC')) > DRIFTED_K,
    text: (c) =>
      `the water comes back from the bottom of the buffer, and the two sensors differ by ${K(Math.abs(value(c, 'returnC') - value(c, 'bufferBottomC')))}; one of them drifts, or sits loose`,
  },
];

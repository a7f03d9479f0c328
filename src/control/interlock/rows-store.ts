import type { Row, RowContext } from './row.ts';
import { chargedFor, good, K, toTankW, value } from './signs.ts';
import { tankOffK } from './slow.ts';

/** Sensors of buffer and tank, held against what water does: the warm lies above, and heat goes from hot to cold (F4, F5). */
const UPSIDE_DOWN_K = 2.5;
const COLDER_K = 1;
/** Pipes and coil are warm by then; a tank that is warm above and cold below has been stirred by then. */
const CHARGED_S = 600;
const STIRRED_S = 1500;
/** Less than a fifth of the smallest coil that a heat pump is sold with, at so many kelvins over the tank. */
const COIL_POOR_W_PER_K = 200;
const COIL_POOR_K = 20;
const HOTTER_K = 3;
/** What the water gives in the coil for the two to be judged by. */
const GIVES_W = 1000;

/** Water that comes back far hotter than the tank reads has hardly been cooled: the tank is hot already. */
const readsCold = (c: RowContext) => {
  const overK = value(c, 'returnC') - value(c, 'hotWaterC');
  return chargedFor(c, CHARGED_S) && overK > COIL_POOR_K && toTankW(c) < COIL_POOR_W_PER_K * overK;
};
/** Water that gives heat to a tank gives it to something colder. */
const readsHot = (c: RowContext) =>
  chargedFor(c, STIRRED_S) && value(c, 'hotWaterC') > value(c, 'supplyC') + HOTTER_K && toTankW(c) > GIVES_W;

export const STORE_ROWS: readonly Row[] = [
  {
    id: 'F4b',
    code: 'buffer-upside-down',
    effect: 'warn',
    holdS: 300,
    clearS: 600,
    active: (c) =>
      !c.observing &&
      c.image.actuators.coolingOn === 0 &&
      good(c, 'bufferTopC', 'bufferBottomC', 'supplyC') &&
      // Colder water, as of a defrost, is stirred in at the top.
      value(c, 'supplyC') > value(c, 'bufferTopC') - COLDER_K &&
      value(c, 'bufferBottomC') - value(c, 'bufferTopC') > UPSIDE_DOWN_K,
    text: (c) =>
      `the buffer reads ${K(value(c, 'bufferBottomC') - value(c, 'bufferTopC'))} colder at its top than at its bottom; a sensor drifts, sits loose, or the two are swapped`,
  },
  {
    id: 'F4t',
    code: 'tank-sensor-odd',
    effect: 'warn',
    holdS: 120,
    clearS: 600,
    active: (c) => readsCold(c) || readsHot(c),
    text: (c) =>
      readsCold(c)
        ? `the water comes back from the tank at ${value(c, 'returnC').toFixed(1)} °C, hardly cooled, and the tank reads ${value(c, 'hotWaterC').toFixed(1)} °C; its sensor sits loose, drifts or is swapped, or its coil is scaled`
        : `water of ${value(c, 'supplyC').toFixed(1)} °C gives heat to a tank that reads ${value(c, 'hotWaterC').toFixed(1)} °C; its sensor drifts or is swapped`,
  },
  {
    id: 'F4h',
    code: 'tank-sensor-drifts',
    effect: 'warn',
    holdS: 0,
    clearS: 600,
    active: (c) => !c.observing && tankOffK(c.slow) !== 0,
    text: (c) =>
      tankOffK(c.slow) > 0
        ? `the tank takes its heat as one that is ${K(tankOffK(c.slow))} hotter than its sensor reads, two charges in a row; it drifts or sits loose, or its coil is scaled`
        : `the tank takes its heat as one that is ${K(-tankOffK(c.slow))} colder than its sensor reads, two charges in a row; it drifts or sits loose, or its coil is scaled`,
  },
];

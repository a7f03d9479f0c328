import { say } from '../command.ts';
import type { CosimResult } from '../cosim.ts';
import { BOILER, incomeFigures, runFigures, type Year, yearFigures } from './house/figures.ts';
import { beside, type Case, fixedHours, houseConfig, nobody, ours, plain } from './house/run.ts';
import { openWorld } from './house/world.ts';
import type { Bench, Figure } from './table.ts';

const INCOMES_CT = [0, 10, 25] as const;
const QUICK_DAYS = 28;
const YEAR_DAYS = 365;
/** As cold as a third party's published baseline controller leaves its house (BOPTEST: 107 K.h). */
const COLD_LIMIT_KH = 100;
const MOST_SHIFT_K = 8;

function told(at: Case): void {
  const { tariff, grid } = houseConfig(at.seed, true);
  for (const source of at.world.sources) say(source);
  say(
    `tariff: wholesale + ${tariff.feesEurPerKwh} EUR/kWh of fees, ${tariff.vatPct} % VAT; feed-in ${tariff.exportEurPerKwh} EUR/kWh, nothing below a price of 0, at most ${grid.exportLimitW} W`,
  );
  say(
    `B0: the heat that B1 gives from gas at ${BOILER.gasEurPerKwh} EUR/kWh and ${100 * BOILER.efficiency} % (assumed)`,
  );
}

/** The design figures alone leave the plain pump's house cold: the curve is raised as an installer would. */
function calibrated(at: Case): { result: CosimResult; shiftK: number; cpuS: number } {
  const limitKh = (COLD_LIMIT_KH * at.days) / YEAR_DAYS;
  for (let shiftK = 0; ; shiftK++) {
    const { result, cpuS } = timed(() => plain(at, shiftK));
    if (result.coldKh <= limitKh || shiftK === MOST_SHIFT_K) return { result, shiftK, cpuS };
  }
}

/** A run and the processor time that it took. */
function timed(run: () => CosimResult): { result: CosimResult; cpuS: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuS: (user + system) / 1e6 };
}

export const house: Bench = {
  name: 'house',
  about:
    'a year of a 12 kW house in Potsdam: cost and comfort against boiler, plain heat pump, vented miner, fixed rules',
  async run({ quick, seed, onProgress }) {
    const days = quick ? QUICK_DAYS : YEAR_DAYS;
    const at: Case = { world: openWorld(houseConfig(seed, true)), seed, days };
    told(at);
    let done = 0;
    const step = () => onProgress?.(++done, 2 + INCOMES_CT.length);
    const { result: b1, shiftK, cpuS: plainS } = calibrated(at);
    say(
      `B1: its installer has raised the curve by ${shiftK} K: the least at which it is no more than ${COLD_LIMIT_KH} K.h a year too cold`,
    );
    step();
    const household = nobody(at);
    step();
    const years: Year[] = INCOMES_CT.map((incomeCt) => {
      say(`${days} days at ${incomeCt} ct/kWh ...`);
      const income = incomeCt / 100;
      const { result, cpuS } = timed(() => ours(at, income));
      const year = {
        incomeCt,
        ours: result,
        cpuS,
        vented: beside(at, shiftK, income, 'vented'),
        fixed: beside(at, shiftK, income, 'fixed'),
      };
      step();
      return year;
    });
    const figures: Figure[] = years.flatMap((y) => incomeFigures(y, b1));
    figures.push(...yearFigures(years, b1, household, days));
    figures.push(...runFigures(fixedHours(at), years, days, plainS));
    return figures;
  },
};

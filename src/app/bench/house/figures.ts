import type { CosimResult } from '../../cosim.ts';
import type { Figure } from '../table.ts';

/** All that a year costs its owner: electricity bought less sun sold, less what computing earned. */
const netEur = (r: CosimResult) => r.costEur - r.incomeEur;

/** Electricity of the heat pump with fan, pumps and standby, defrost too. */
const drawnKwh = (r: CosimResult) => r.compressorKwh + r.auxKwh;
/** Heat of the pump over its electricity (SPF H3 without the heater). */
const spf = (r: CosimResult) => r.heatPumpKwh / drawnKwh(r);

/** Less heat than this in a class of air says nothing of it, kWh. */
const LEAST_KWH = 10;

/**
 * SPF of ours and of the other pump had it given the same heat, class by class of outdoor air, house and tank apart: who heats
 * more in warm hours, needed or not, has the better SPF and the greater bill.
 */
export function spfAtSameHeat(own: Pick<CosimResult, 'pumpByAir'>, other: Pick<CosimResult, 'pumpByAir'>) {
  let [heatKwh, ownKwh, otherKwh] = [0, 0, 0];
  for (const [name, mine] of Object.entries(own.pumpByAir)) {
    const theirs = other.pumpByAir[name];
    if (!theirs || mine.heatKwh < LEAST_KWH || theirs.heatKwh < LEAST_KWH) continue;
    heatKwh += mine.heatKwh;
    ownKwh += mine.drawnKwh;
    otherKwh += theirs.drawnKwh * (mine.heatKwh / theirs.heatKwh);
  }
  return { own: heatKwh / ownKwh, other: heatKwh / otherKwh };
}

/** Efficiency of the old boiler against the gross heating value it is billed by, and its price. Assumptions, both printed. */
export const BOILER = { efficiency: 0.8, gasEurPerKwh: 0.12 } as const;

/** B0: the same heat as B1 delivered, from gas; household and sun as there. */
function boilerEur(plain: CosimResult, household: CosimResult): number {
  const heatKwh = plain.heatPumpKwh + plain.backupKwh;
  return household.costEur + (heatKwh / BOILER.efficiency) * BOILER.gasEurPerKwh;
}

const row = (
  figure: string,
  value: number,
  unit: string,
  reference: { name: string; value: number } | undefined,
  goal: string,
  met: boolean,
): Figure => ({ figure, value, unit, ...(reference && { reference }), goal, met });

export interface Year {
  incomeCt: number;
  /** Processor time of our run. */
  cpuS: number;
  ours: CosimResult;
  vented: CosimResult;
  fixed: CosimResult;
}

const CENT_EUR = 0.005;

/** Money and comfort of one income against every reference of the same run. */
export function incomeFigures(y: Year, plain: CosimResult): Figure[] {
  const eur = netEur(y.ours);
  const share = y.incomeCt === 0 ? 1.01 : 1;
  const at = `${y.incomeCt} ct/kWh`;
  const against = (name: string, limit: number, goal: string) =>
    row(`net cost of the year at ${at}`, eur, 'EUR', { name, value: limit }, goal, eur <= limit + CENT_EUR);
  return [
    row(
      `net cost of the year at ${at}`,
      eur,
      'EUR',
      { name: 'B1 plain pump', value: netEur(plain) },
      y.incomeCt === 0 ? '<= B1 + 1 %' : '<= B1',
      eur <= netEur(plain) * share + CENT_EUR,
    ),
    against('B2 vented', netEur(y.vented), '<= B2'),
    against('B3 fixed rules', netEur(y.fixed), '<= B3'),
    row(
      `too cold at ${at}`,
      y.ours.coldKh,
      'K.h',
      { name: 'B1 plain pump', value: plain.coldKh },
      '<= B1',
      y.ours.coldKh <= plain.coldKh,
    ),
  ];
}

/** What the years were like beside the money. */
export function yearFigures(
  years: readonly Year[],
  plain: CosimResult,
  household: CosimResult,
  days: number,
): Figure[] {
  const r = years[0]!.ours;
  const b0 = boilerEur(plain, household);
  const b1 = (value: number) => ({ name: 'B1', value });
  const startsPerDay = r.starts / days;
  const caught = caughtShare(years[1]!.ours, plain);
  const spared = plain.backupKwh - r.backupKwh;
  const same = spfAtSameHeat(r, plain);
  return [
    row('net cost at 0 ct/kWh', netEur(r), 'EUR', { name: 'B0 gas boiler', value: b0 }, '<= B0', netEur(r) <= b0),
    row('SPF with fan, pumps, standby, defrost at 0 ct', spf(r), '', b1(spf(plain)), '>= B1', spf(r) >= spf(plain)),
    row(
      'the same, each class of outdoor air with our heat',
      same.own,
      '',
      b1(same.other),
      '>= B1',
      same.own >= same.other,
    ),
    row(
      'electricity of the heat pump at 0 ct, all of the above',
      drawnKwh(r),
      'kWh',
      b1(drawnKwh(plain)),
      '<= B1',
      drawnKwh(r) <= drawnKwh(plain),
    ),
    row('starts a day at 0 ct', startsPerDay, '', b1(plain.starts / days), '<= 24', startsPerDay <= 24),
    row(
      'heat missed at the tap at 0 ct',
      r.hotWaterShortKwh,
      'kWh',
      b1(plain.hotWaterShortKwh),
      '<= B1',
      r.hotWaterShortKwh <= plain.hotWaterShortKwh + 0.5,
    ),
    row('curtailed sun caught at 10 ct', 100 * caught, '%', undefined, '>= 95 %', caught >= 0.95),
    row(
      'COP-1 heat of the backup heater replaced by compute at 0 ct',
      spared,
      'kWh',
      { name: 'B1 burns', value: plain.backupKwh },
      '>= 90 % of it',
      spared >= 0.9 * plain.backupKwh,
    ),
  ];
}

const caughtShare = (r: CosimResult, plain: CosimResult) =>
  plain.curtailedKwh > 0 ? 1 - r.curtailedKwh / plain.curtailedKwh : 1;

const LIMIT_S = 30;

/** Hours that nobody can move, and the time that the runs took. `plainS`: B1's, which shows how fast the machine is now. */
export function runFigures(fixedHours: CosimResult, years: readonly Year[], days: number, plainS: number): Figure[] {
  const used = fixedHours.accelHeatKwh / fixedHours.accelKwh;
  const tookS = Math.max(...years.map((y) => y.cpuS)) * (365 / days);
  return [
    row('accelerator heat used, 2.5 kW of questions 8-20 h', 100 * used, '%', undefined, '>= 50 %', used >= 0.5),
    row(
      'processor time of our slowest year',
      tookS,
      's',
      { name: 'B1 on the same plant', value: plainS * (365 / days) },
      `<= ${LIMIT_S} s`,
      tookS <= LIMIT_S,
    ),
  ];
}

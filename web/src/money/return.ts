import { ASSUMED_COP, type MoneyRecord } from './record.ts';

/** What the reader supposes. */
export interface Assumptions {
  answersPerDay: number;
  eurPer1000Answers: number;
  tokensPerAnswer: number;
  jPerToken: number;
  hardwareEur: number;
  years: number;
}

export interface Return {
  incomeEurPerYear: number;
  electricityEurPerYear: number;
  heatEurPerYear: number;
  netEurPerYear: number;
  /** Answers a day that pay for the hardware within its years; null where each answer loses money. */
  breakEvenPerDay: number | null;
  /** Null while nothing is left over. */
  paybackYears: number | null;
  /** What one answer leaves over. */
  eurPerAnswer: number;
}

/** With fewer a year is a guess from the weather of a day or two. */
const LEAST_DAYS = 7;
export const isGuess = ({ days }: MoneyRecord): boolean => days < LEAST_DAYS;

const DAY_S = 86_400;
const HOURS_PER_YEAR = 8760;
const MAX_PER_DAY = 1e8;

/**
 * A year of answers spread evenly over the day, in this house as it was recorded: in each step they take surplus sun before
 * they buy, and their heat counts as far as heat was wanted, at what the own heat pump would have taken.
 */
function yearOf({ slices, days, cop }: MoneyRecord, answersPerDay: number, a: Assumptions) {
  const watts = (answersPerDay * a.tokensPerAnswer * a.jPerToken) / DAY_S;
  let electricity = 0;
  let heat = 0;
  for (const slice of slices) {
    // The meter has seen the accelerator of then: without it that much more sun would have been left, or less bought.
    const sunW = Math.min(watts, Math.max(0, slice.accelW - slice.gridW));
    electricity += slice.hours * (sunW * slice.exportEurPerKwh + (watts - sunW) * slice.priceEurPerKwh);
    heat += (slice.hours * Math.min(watts, slice.needW) * slice.priceEurPerKwh) / (cop ?? ASSUMED_COP);
  }
  const scale = days > 0 ? HOURS_PER_YEAR / 1000 / (24 * days) : 0;
  const income = (answersPerDay * 365 * a.eurPer1000Answers) / 1000;
  return { income, electricity: electricity * scale, heat: heat * scale };
}

const left = (y: { income: number; electricity: number; heat: number }) => y.income + y.heat - y.electricity;

/** Fewest answers a day that leave the hardware's yearly share; what is left over per answer falls as sun and heat run out. */
function breakEven(record: MoneyRecord, a: Assumptions): number | null {
  const goal = a.hardwareEur / a.years;
  const reaches = (perDay: number) => left(yearOf(record, perDay, a)) >= goal;
  if (goal <= 0) return 0;
  let high = 1;
  while (!reaches(high)) {
    high *= 2;
    if (high > MAX_PER_DAY) return null;
  }
  let low = high / 2;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export function returnOf(record: MoneyRecord, a: Assumptions): Return {
  const year = yearOf(record, a.answersPerDay, a);
  const netEurPerYear = left(year);
  const one = Math.max(1, a.answersPerDay);
  return {
    incomeEurPerYear: year.income,
    electricityEurPerYear: year.electricity,
    heatEurPerYear: year.heat,
    netEurPerYear,
    breakEvenPerDay: breakEven(record, a),
    paybackYears: netEurPerYear > 0 ? a.hardwareEur / netEurPerYear : null,
    eurPerAnswer: left(yearOf(record, one, a)) / (one * 365),
  };
}

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { booked, MONEY_POINTS, recordOf } from '../../web/src/money/record.ts';
import { type Assumptions, isGuess, returnOf } from '../../web/src/money/return.ts';

type Row = Partial<Record<(typeof MONEY_POINTS)[number], number>>;
const HOUR_S = 3600;
const record = (rows: Row[], minutes = rows.map(() => 60)) =>
  recordOf({
    minutes,
    rows: rows.map((row, i) => [i * HOUR_S * 1000, ...MONEY_POINTS.map((point) => row[point] ?? null)]),
  });
const BUYS: Row = { accelW: 2000, gridW: 3000, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, tokensPerS: 10 };
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('bought power counts at its price, own sun at the lost feed-in', () => {
  near(booked(record([BUYS])).electricityEur, 2 * 0.3);
  near(booked(record([{ ...BUYS, gridW: -500 }])).electricityEur, 2 * 0.08);
  near(booked(record([{ ...BUYS, gridW: 500 }])).electricityEur, 0.5 * 0.3 + 1.5 * 0.08);
});

test('a step that was recorded for two of its minutes counts for two', () => {
  const r = record([BUYS, { ...BUYS, accelW: 300 }], [2, 60]);
  near(booked(r).electricityEur, 2 * 0.3 * (2 / 60) + 0.3 * 0.3);
  near(r.days, 62 / 60 / 24);
});

test('heat is worth what the own heat pump would have taken; idle stands apart', () => {
  const r = record([
    { ...BUYS, accelHeatW: 1800, condenserW: 6000, compressorW: 1500 },
    { ...BUYS, accelW: 300, tokensPerS: 0, accelHeatW: -50 },
  ]);
  assert.is(r.cop, 4);
  const b = booked(r);
  near(b.heatEur, (1.8 * 0.3) / 4);
  near(b.heatKwh, 1.8);
  near(b.idleKwh, 0.3);
  near(b.idleEur, 0.09);
});

test('a gap in price or meter is left out, a counter that begins anew is no loss', () => {
  const r = record([
    { ...BUYS, answered: 10, answerTokens: 1000 },
    { accelW: 2000 },
    { ...BUYS, answered: 14, answerTokens: 1400 },
    { ...BUYS, answered: 2, answerTokens: 300 },
    { ...BUYS, answered: 4, answerTokens: 500 },
  ]);
  assert.is(r.slices.length, 4);
  near(r.days, 4 / 24);
  // Four hours are no day: nothing is extrapolated from them.
  near(r.answersPerDay, 6);
  near(r.tokensPerAnswer!, 600 / 6);
});

test('a year scaled from less than a week is told as a guess', () => {
  const hours = (n: number) => record(Array.from({ length: n }, () => BUYS));
  assert.ok(isGuess(hours(6 * 24)));
  assert.not(isGuess(hours(7 * 24)));
});

const ASSUMED: Assumptions = {
  answersPerDay: 1000,
  eurPer1000Answers: 2,
  tokensPerAnswer: 288,
  jPerToken: 3,
  hardwareEur: 1000,
  years: 5,
};
/** 1000 answers of 288 tokens at 3 J are 10 W around the clock, 87.6 kWh a year. */
const KWH_PER_YEAR = 87.6;

test('a year: bought, with no heat wanted', () => {
  const r = returnOf(record([{ ...BUYS, accelW: 0 }]), ASSUMED);
  near(r.incomeEurPerYear, 730);
  near(r.electricityEurPerYear, KWH_PER_YEAR * 0.3);
  near(r.heatEurPerYear, 0);
  near(r.netEurPerYear, 730 - KWH_PER_YEAR * 0.3);
  near(r.paybackYears!, 1000 / r.netEurPerYear);
  near(r.breakEvenPerDay! / 1000, 200 / r.netEurPerYear);
});

test('a year: heat that is wanted and sun that is left count only as far as they reach', () => {
  const sun = { ...BUYS, accelW: 0, gridW: -4 };
  const r = returnOf(record([{ ...sun, heatNeedW: 6, condenserW: 3000, compressorW: 1000 }]), ASSUMED);
  near(r.electricityEurPerYear, (KWH_PER_YEAR * (4 * 0.08 + 6 * 0.3)) / 10);
  near(r.heatEurPerYear, (KWH_PER_YEAR * 0.6 * 0.3) / 3);
});

test('nobody pays: it never breaks even, and each answer says what it loses', () => {
  const r = returnOf(record([BUYS]), { ...ASSUMED, eurPer1000Answers: 0 });
  assert.is(r.breakEvenPerDay, null);
  assert.is(r.paybackYears, null);
  assert.ok(r.eurPerAnswer < 0);
  assert.is(returnOf(record([BUYS]), { ...ASSUMED, answersPerDay: 0, hardwareEur: 0 }).breakEvenPerDay, 0);
});

test.run();

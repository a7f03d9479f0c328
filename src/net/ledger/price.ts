import { HeatmineError } from '../../core/errors.ts';

/** `economy` waits for watts that are free anyway, `sunshine` is not billed. The order is part of the protocol. */
export const TIERS = ['economy', 'standard', 'sunshine'] as const;
export type Tier = (typeof TIERS)[number];

/** A credit is a million of these; amounts are whole micro-credits everywhere. */
export const UC_PER_CREDIT = 1_000_000;
/** A thousand credits a million tokens: products of price and tokens stay exact in a double. */
export const MAX_UC_PER_MTOK = 1_000_000_000;
const J_PER_KWH = 3_600_000;
const MTOK = 1_000_000;

export interface PriceInput {
  tier: Tier;
  /** Marginal price of the electricity computed with, now; 0 for sun that would be cut off. May be negative. */
  electricityEurPerKwh: number;
  /** Part of the heat that the house wants now, 0..1. */
  heatUsed: number;
  /** What a kWh of that heat would cost otherwise. */
  heatValueEurPerKwh: number;
  wearEurPerKwh: number;
  /** Of an answer token on this accelerator. */
  joulesPerToken: number;
  /** Part of an answer token's energy that a token of the question takes, 0..1. */
  promptShare: number;
  /** What the owner adds to the costs. */
  marginPct: number;
  /** The owner's own reckoning, no exchange rate: credits that he asks for a euro of costs. */
  creditsPerEur: number;
  /** The least that the owner works for. */
  floorUcPerMtok: number;
}

export interface Price {
  promptUcPerMtok: number;
  answerUcPerMtok: number;
  reason: { code: string; text: string };
}

const FACTOR: Record<Tier, number> = { economy: 0.5, standard: 1, sunshine: 0 };

/**
 * What a million tokens cost now: electricity and wear, less the heat that the house wanted anyway. Null where the tier
 * must wait: economy and sunshine take no bought power. Throws VALUE_RANGE for a figure that is none.
 */
export function priceNow(input: PriceInput): Price | { wait: true; reason: { code: string; text: string } } {
  check(input);
  const { tier } = input;
  const heatEur = input.heatUsed * input.heatValueEurPerKwh;
  const costEurPerKwh = input.electricityEurPerKwh - heatEur + input.wearEurPerKwh;
  const sums = `electricity ${ct(input.electricityEurPerKwh)}, heat worth ${ct(heatEur)}, wear ${ct(input.wearEurPerKwh)}`;
  const free = input.electricityEurPerKwh <= heatEur;
  if ((tier === 'economy' || tier === 'sunshine') && !free) {
    return { wait: true, reason: { code: 'PRICE_WAITS', text: `${tier} waits for sun or wanted heat: ${sums} a kWh` } };
  }
  const kwhPerMtok = (input.joulesPerToken * MTOK) / J_PER_KWH;
  const costUc = Math.max(0, costEurPerKwh) * kwhPerMtok * input.creditsPerEur * UC_PER_CREDIT;
  const wantedUc = costUc * (1 + input.marginPct / 100) * FACTOR[tier];
  const floorUc = tier === 'sunshine' ? 0 : input.floorUcPerMtok;
  const answer = whole(Math.max(wantedUc, floorUc));
  const text = `${tier}: ${sums} a kWh, ${kwhPerMtok.toPrecision(3)} kWh a million tokens, margin ${input.marginPct} %`;
  const code = wantedUc >= floorUc ? 'PRICE_COST' : 'PRICE_FLOOR';
  return {
    promptUcPerMtok: whole(answer * input.promptShare),
    answerUcPerMtok: answer,
    reason: { code, text: code === 'PRICE_FLOOR' ? `${text}; the owner's least price holds` : text },
  };
}

const whole = (uc: number) => Math.min(MAX_UC_PER_MTOK, Math.ceil(uc));
const ct = (eur: number) => `${(eur * 100).toFixed(1)} ct`;

function check(input: PriceInput): void {
  const ranges: [keyof PriceInput, number, number][] = [
    ['electricityEurPerKwh', -10, 10],
    ['heatUsed', 0, 1],
    ['heatValueEurPerKwh', 0, 10],
    ['wearEurPerKwh', 0, 10],
    ['joulesPerToken', 0, 100_000],
    ['promptShare', 0, 1],
    ['marginPct', 0, 1000],
    ['creditsPerEur', 0, 1000],
    ['floorUcPerMtok', 0, MAX_UC_PER_MTOK],
  ];
  for (const [name, min, max] of ranges) {
    const value = input[name] as number;
    if (!(value >= min && value <= max)) {
      throw new HeatmineError('VALUE_RANGE', `price: ${name} is ${value}, not from ${min} to ${max}`);
    }
  }
}

export interface Billed {
  promptTokens: number;
  answerTokens: number;
  promptUcPerMtok: number;
  answerUcPerMtok: number;
}

/** Both products, one rounding upwards. Throws RECEIPT_INVALID where a figure is no count or a price above the most. */
export function amountUc({ promptTokens, answerTokens, promptUcPerMtok, answerUcPerMtok }: Billed): number {
  for (const n of [promptTokens, answerTokens, promptUcPerMtok, answerUcPerMtok]) {
    if (!Number.isSafeInteger(n) || n < 0) throw new HeatmineError('RECEIPT_INVALID', `bill: ${n} is no count`);
  }
  if (Math.max(promptUcPerMtok, answerUcPerMtok) > MAX_UC_PER_MTOK) {
    throw new HeatmineError('RECEIPT_INVALID', `bill: a price above ${MAX_UC_PER_MTOK} uc a million tokens`);
  }
  const product = BigInt(promptTokens) * BigInt(promptUcPerMtok) + BigInt(answerTokens) * BigInt(answerUcPerMtok);
  const amount = Number((product + BigInt(MTOK - 1)) / BigInt(MTOK));
  if (!Number.isSafeInteger(amount)) throw new HeatmineError('RECEIPT_INVALID', 'bill: the amount is too large');
  return amount;
}

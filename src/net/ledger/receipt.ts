import { createHash } from 'node:crypto';
import { HeatmineError } from '../../core/errors.ts';
import { codec, type ValueOf } from './codec.ts';
import { amountUc, TIERS, type Tier } from './price.ts';

export type Sign = (domain: string, bytes: Uint8Array) => Uint8Array;
export type Verify = (publicKey: Uint8Array, domain: string, bytes: Uint8Array, signature: Uint8Array) => boolean;

export const RECEIPT_VERSION = 1;
/** Token counts go up to the next multiple: an exact size would tell one question from another. */
export const TOKEN_STEP = 16;
export const HOUR_MS = 3_600_000;
/** A receipt is taken this many hours before or after its own: clocks differ, and an answer may cross an hour. */
export const RECEIPT_HOURS = 2;
const MAX_TOKENS = 10_000_000;

/** Signature domains of docs/PROTOCOL-receipts.md. */
export const SERVER_DOMAIN = 'receipt.server';
export const ASKER_DOMAIN = 'receipt.asker';

const LAYOUT = {
  version: 'u8',
  /** 16 bytes of chance, chosen by the asker for this question alone. */
  id: 'b16',
  /** The asker's short-lived key, not that of its node. */
  asker: 'b32',
  /** Key of the node that answered. */
  server: 'b32',
  /** Counts the server's receipts up: a clock may jump, this does not. */
  counter: 'u53',
  /** Hours since 1970, UTC: no finer time is kept. */
  hour: 'u53',
  expert: 'text',
  /** Place in TIERS. */
  tier: 'u8',
  promptTokens: 'u53',
  answerTokens: 'u53',
  /** Micro-credits per million tokens. */
  promptUcPerMtok: 'u53',
  answerUcPerMtok: 'u53',
  amountUc: 'u53',
} as const;
export type Receipt = ValueOf<typeof LAYOUT>;
export const receiptCodec = codec('receipt', LAYOUT);

export interface SignedReceipt {
  receipt: Receipt;
  serverSignature: Uint8Array;
  /** Left out: the asker has not signed, so it is the server's word alone. */
  askerSignature?: Uint8Array;
}

/** What a receipt can name; those of an upstream have colons and capitals. */
export const hasName = (expert: string): boolean => /^[a-z0-9][\w.:/@-]{0,63}$/i.test(expert);
export const roundTokens = (tokens: number): number => Math.ceil(tokens / TOKEN_STEP) * TOKEN_STEP;
export const hourOf = (wallMs: number): number => Math.floor(wallMs / HOUR_MS);

export interface Served {
  id: Uint8Array;
  asker: Uint8Array;
  server: Uint8Array;
  counter: number;
  wallMs: number;
  expert: string;
  tier: Tier;
  /** As counted; the receipt carries them rounded. */
  promptTokens: number;
  answerTokens: number;
  promptUcPerMtok: number;
  answerUcPerMtok: number;
}

/** What the server writes when an answer has ended. Throws RECEIPT_INVALID for figures outside their range. */
export function receiptOf(served: Served): Receipt {
  const { wallMs, tier, ...rest } = served;
  const promptTokens = roundTokens(served.promptTokens);
  const answerTokens = roundTokens(served.answerTokens);
  const receipt = {
    ...rest,
    version: RECEIPT_VERSION,
    hour: hourOf(wallMs),
    tier: TIERS.indexOf(tier),
    promptTokens,
    answerTokens,
    amountUc: amountUc({ ...served, promptTokens, answerTokens }),
  };
  checkReceipt(receipt);
  return receipt;
}

export const signAsServer = (receipt: Receipt, sign: Sign): SignedReceipt => ({
  receipt,
  serverSignature: sign(SERVER_DOMAIN, receiptCodec.encode(receipt)),
});

export const signAsAsker = (signed: SignedReceipt, sign: Sign): SignedReceipt => ({
  ...signed,
  askerSignature: sign(ASKER_DOMAIN, receiptCodec.encode(signed.receipt)),
});

/** What holds for every receipt, whoever signed it. Throws RECEIPT_INVALID. */
export function checkReceipt(r: Receipt): void {
  const refuse = (why: string): never => {
    throw new HeatmineError('RECEIPT_INVALID', `receipt: ${why}`);
  };
  if (r.version !== RECEIPT_VERSION) refuse(`version ${r.version} is not ${RECEIPT_VERSION}`);
  if (!TIERS[r.tier]) refuse(`tier ${r.tier} is none`);
  if (!hasName(r.expert)) refuse('the expert is no id');
  for (const tokens of [r.promptTokens, r.answerTokens]) {
    if (tokens > MAX_TOKENS) refuse(`${tokens} tokens are more than ${MAX_TOKENS}`);
    if (tokens % TOKEN_STEP) refuse(`${tokens} tokens are no multiple of ${TOKEN_STEP}`);
  }
  const due = amountUc(r);
  if (r.amountUc !== due) refuse(`${r.amountUc} uc where its tokens and prices make ${due}`);
}

/** What the asker must know of its own question before it signs. */
export interface Agreed {
  id: Uint8Array;
  asker: Uint8Array;
  server: Uint8Array;
  expert: string;
  tier: Tier;
  promptUcPerMtok: number;
  answerUcPerMtok: number;
  /** Counted by the asker, or the most that it allowed. */
  promptTokens: number;
  answerTokens: number;
}

/** The asker's look at a server's receipt. Throws RECEIPT_INVALID with the first thing that was not agreed. */
export function checkAgreed(signed: SignedReceipt, agreed: Agreed, wallMs: number, verify: Verify): void {
  const { receipt: r } = signed;
  checkSigned(signed, verify);
  const faults: [boolean, string][] = [
    [!same(r.id, agreed.id), 'another question'],
    [!same(r.asker, agreed.asker), 'another asker'],
    [!same(r.server, agreed.server), 'another server'],
    [r.expert !== agreed.expert, `expert ${r.expert} instead of ${agreed.expert}`],
    [TIERS[r.tier] !== agreed.tier, `tier ${TIERS[r.tier]} instead of ${agreed.tier}`],
    [r.promptUcPerMtok > agreed.promptUcPerMtok, 'a higher price for the question'],
    [r.answerUcPerMtok > agreed.answerUcPerMtok, 'a higher price for the answer'],
    [r.promptTokens > roundTokens(agreed.promptTokens), 'more tokens than were asked'],
    [r.answerTokens > roundTokens(agreed.answerTokens), 'more tokens than came back'],
    [Math.abs(r.hour - hourOf(wallMs)) > RECEIPT_HOURS, 'an hour that is not now'],
  ];
  const fault = faults.find(([wrong]) => wrong);
  if (fault) throw new HeatmineError('RECEIPT_INVALID', `receipt: ${fault[1]}`);
}

/** Figures and every signature that is there. Throws RECEIPT_INVALID. */
export function checkSigned({ receipt, serverSignature, askerSignature }: SignedReceipt, verify: Verify): void {
  checkReceipt(receipt);
  const bytes = receiptCodec.encode(receipt);
  if (!verify(receipt.server, SERVER_DOMAIN, bytes, serverSignature)) {
    throw new HeatmineError('RECEIPT_INVALID', "receipt: the server's signature does not fit");
  }
  if (askerSignature && !verify(receipt.asker, ASKER_DOMAIN, bytes, askerSignature)) {
    throw new HeatmineError('RECEIPT_INVALID', "receipt: the asker's signature does not fit");
  }
}

/** Names one receipt, for books and look-ups: SHA-256 of its bytes. */
export const receiptHash = (receipt: Receipt): Buffer =>
  createHash('sha256').update(receiptCodec.encode(receipt)).digest();

const same = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b);

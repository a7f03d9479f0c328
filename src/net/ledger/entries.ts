import { codec, type ValueOf } from './codec.ts';

/** Kinds of journal records. Numbers are for ever. */
export const KIND = {
  earned: 1,
  spent: 2,
  voucher: 3,
  settled: 4,
  channel: 5,
  energy: 6,
  totals: 7,
  incident: 8,
  reserved: 9,
  cameBy: 10,
} as const;

const ANSWERED = {
  /** Sixteen zeros: nobody owes for it. */
  channel: 'b16',
  receipt: 'bytes',
  serverSignature: 'b64',
  /** 1: the asker has signed. */
  signed: 'u8',
  askerSignature: 'b64',
  /** Energy of this answer on our accelerator, thousandths of a Wh; 0 for one that we asked for. */
  energyMilliWh: 'u53',
} as const;
const VOUCHER = { voucher: 'bytes', signature: 'b64' } as const;
const SETTLED = {
  channel: 'b16',
  cumulativeUc: 'u53',
  /** Money that a settlement really paid out, millionths of a euro. */
  paidMicroEur: 'u53',
  hour: 'u53',
  by: 'text',
  reference: 'text',
} as const;
const CHANNEL = {
  channel: 'b16',
  payer: 'b32',
  payee: 'b32',
  chargedUc: 'u53',
  counter: 'u53',
  cumulativeUc: 'u53',
  settledUc: 'u53',
} as const;
/** One hour of the accelerator, whoever it worked for. */
const ENERGY = {
  hour: 'u53',
  accelMilliWh: 'u53',
  answersMilliWh: 'u53',
  fillerMilliWh: 'u53',
  electricityMicroEur: 'i53',
  heatMicroEur: 'i53',
  /** 1: of a simulated house. */
  modelled: 'u8',
} as const;
/** The sums of all that was pruned, first record of a pruned ledger. */
const TOTALS = {
  floorCounter: 'u53',
  earnedUc: 'u53',
  spentUc: 'u53',
  earnedCount: 'u53',
  spentCount: 'u53',
  promptTokens: 'u53',
  answerTokens: 'u53',
  soldMilliWh: 'u53',
  paidMicroEur: 'u53',
  accelMilliWh: 'u53',
  answersMilliWh: 'u53',
  fillerMilliWh: 'u53',
  electricityMicroEur: 'i53',
  heatMicroEur: 'i53',
  modelled: 'u8',
  /** Of channels that are closed and gone. */
  settledUc: 'u53',
} as const;

export const answeredCodec = codec('answered', ANSWERED);
export const voucherEntryCodec = codec('voucher entry', VOUCHER);
export const settledCodec = codec('settled', SETTLED);
export const channelCodec = codec('channel', CHANNEL);
export const energyCodec = codec('energy', ENERGY);
export const totalsCodec = codec('totals', TOTALS);
/** No counter up to here may be given again, whether or not its receipt came to be written. */
export const reservedCodec = codec('reserved', { counter: 'u53' });
/** Which relay brought an answer of ours; left out for one that came directly. */
export const cameByCodec = codec('came by', { counter: 'u53', relay: 'b32' });
export const incidentCodec = codec('incident', { text: 'bytes' });
export type Answered = ValueOf<typeof ANSWERED>;
export type EnergyHour = ValueOf<typeof ENERGY>;
export type Totals = ValueOf<typeof TOTALS>;

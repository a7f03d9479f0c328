import { asTyped } from './words.ts';

/** Every coded error of the product, with what its reader can do about it. Codes are stable: clients match on them. */
export const ERROR_CODES = {
  CONFIG_INVALID: 'mend what the message names, then try again',
  BACKUP_INVALID: 'use another copy of the file and its passphrase; nothing was changed',
  BOARD_INVALID: 'mend the board file at the path named in the message',
  MODEL_INVALID:
    'put back the model file named in the message, or move its directory away; for a file of your own `heatmine experts pull FILE` writes an expert.json to begin with',
  RECEIPT_INVALID: 'docs/PROTOCOL-receipts.md says what a receipt or voucher must hold; do not sign or deliver on it',
  LEDGER_DAMAGED: '`heatmine receipts --verify` says what is left; the damaged file lies beside the ledger',
  LEDGER_REFUSES: 'make room on the disk or replace it; no paid work is taken until the ledger can be written',
  SEAL_BROKEN: 'ask again, over another relay: something on the way changed, repeated or cut the message',
  WEATHER_INVALID: 'use a TRY2010 (.dat) or TRY2015 (.txt) file, or leave `weather` out for the built-in generator',
  PORT_IN_USE: 'stop the other program, or choose other ports with --port-base',
  USAGE: `${asTyped('--help')} lists the commands; each has a --help of its own, with an example`,
  NOT_RUNNING: 'start the unit with `npm start`',
  VERSION_MISMATCH: 'start the unit anew: it runs another version than this command',
  BUS_ABSENT: 'check power and the wire of the device named in the message, and its address',
  BUS_STUCK: 'unplug devices one by one: something holds the bus low',
  BUS_NOISE: 'check shielding, pull-ups and termination',
  BUS_TIMEOUT: 'check power and wiring of the device named in the message',
  BUS_CLOSED: 'the simulated hardware or the bus went away; the supervisor restarts it',
  VALUE_RANGE: 'give what the message asks for',
  MESSAGE_INVALID: 'send the shape that docs/topics.md or docs/ARCHITECTURE.md gives',
  RATE_LIMITED: 'wait and try again',
  BUSY: 'wait and try again',
  NO_POWER: 'the house grants the accelerator no watts now; the answer says why',
  CONTEXT_LENGTH: 'shorten the text',
  EXPERT_UNKNOWN: `${asTyped('experts ls')} lists the experts`,
  UNAUTHORISED: 'give the code, or the user and password, that is asked for',
  PEER_INVALID: 'that peer broke the protocol (docs/PROTOCOL.md); ask another, or tell its operator',
  NOBODY_THERE: 'run `heatmine join LINE` with an invite line of another node, or print one with `heatmine invite`',
  NO_SUNSHINE: 'ask again when the message says, ask another node, or offer a price with --max-price',
  TOKEN_REFUSED: 'each answer can be told of once, within two days; ask again to tell of another one',
  SPENDING_LIMIT: 'ask for free, wait, or raise `swarm.spendUcPerDay` in config.yaml (micro-credits in 24 hours)',
  QUOTE_GONE: 'ask what it costs again: a quote holds ten minutes, for one question',
  VOUCHER_DUE: 'give a voucher over what is open, or ask for fewer tokens (maxTokens): docs/PROTOCOL-receipts.md',
  NO_ENTRY_RELAY:
    'join by the line of a relay that somebody else runs (`heatmine join LINE`), or ask in the clear with --direct; on one machine or LAN: swarm.nearRelays',
  NO_WAY: 'ask again: another relay or expert is tried; `heatmine peers` shows who answers now',
  NOT_OFFERED: 'ask for an expert that the node offers, at its price or above; `heatmine peers` lists them',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error that people may see: says what and where; the code says how to mend it. */
export class HeatmineError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'HeatmineError';
    this.code = code;
  }
  get remedy(): string {
    return ERROR_CODES[this.code];
  }
}

/** The message of anything that can be thrown (modbus-serial throws plain objects). */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

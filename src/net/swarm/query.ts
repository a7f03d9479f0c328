import { z } from 'zod';
import { Ask, Reply as AskReply } from '../../contract/wire.ts';
import { HeatmineError } from '../../core/errors.ts';
import { TIERS } from '../ledger/price.ts';
import { Signed, ToldReply, UsefulKeysReply, Wish } from './useful/messages.ts';
import type { Stream } from './wire/stream.ts';

const Price = z.int().min(0).max(1_000_000_000);
/** A signed record of docs/PROTOCOL-receipts.md. */
const Slip = z.string().min(1).max(1000);

/** What is asked of an expert, and what comes back: docs/PROTOCOL.md, "A query". */
export const Request = z.strictObject({
  v: z.literal(1),
  expert: z.string().min(1).max(64),
  messages: Ask.shape.messages,
  maxTokens: Ask.shape.maxTokens,
  temperature: Ask.shape.temperature,
  /** Micro-credits per million answer tokens that the asker pays at most; 0 asks for free. */
  maxPrice: Price,
  tier: z.enum(['economy', 'standard']).optional(),
  order: Slip.optional(),
  /** The newest of the order's channel. */
  voucher: Slip.optional(),
  /** With an order: a token to tell by, once, whether the answer was of use. */
  useful: Wish.optional(),
});
export type Request = z.infer<typeof Request>;

/** What a question would cost, without asking it. */
export const QuoteRequest = z.strictObject({
  v: z.literal(1),
  quote: z.strictObject({
    expert: Request.shape.expert,
    promptTokens: z.int().min(0).max(1_000_000),
    maxTokens: Ask.shape.maxTokens,
    maxPrice: Price,
    tier: Request.shape.tier,
  }),
});
export type QuoteRequest = z.infer<typeof QuoteRequest>;

/** A receipt with both signatures, and the voucher over it where it costs anything. */
export const SignRequest = z.strictObject({ v: z.literal(1), sign: Slip, voucher: Slip.optional() });
export type SignRequest = z.infer<typeof SignRequest>;

/** As many descriptors as one frame of 16 KiB surely holds. */
export const MOST_FOUND = 12;
/** Whom a relay knows for these topics, best first: asked sealed, so that nobody sees both the topic and who looks. */
export const FindRequest = z.strictObject({
  v: z.literal(1),
  find: z.strictObject({
    topics: z.array(z.string().min(1).max(48)).min(1).max(4),
    limit: z.int().min(1).max(MOST_FOUND),
  }),
});
export type FindRequest = z.infer<typeof FindRequest>;

const [start, chunk, end, error] = AskReply.options;
export const Reply = z.discriminatedUnion('type', [
  start.omit({ id: true }),
  chunk.omit({ id: true }),
  // Whom a question passed and what was paid is the asker's knowledge, nobody else's word.
  // `receipt`: signed by the server alone, for the asker to check and sign.
  end.omit({ id: true, way: true, paid: true }).extend({ receipt: Slip.optional(), useful: Signed.optional() }),
  error.omit({ id: true }),
  z.object({
    type: z.literal('quote'),
    tier: z.enum(TIERS),
    promptUcPerMtok: Price,
    answerUcPerMtok: Price,
    leastUc: z.int().min(0),
    mostUc: z.int().min(0),
    reason: z.string().max(400),
  }),
  z.object({ type: z.literal('taken') }),
  z.object({ type: z.literal('committed'), seq: z.int().min(1) }),
  UsefulKeysReply,
  ToldReply,
  // Each as it was signed, base64url.
  z.object({ type: z.literal('found'), descriptors: z.array(z.string().max(1400)).max(MOST_FOUND) }),
]);
export type Reply = z.infer<typeof Reply>;
export type End = Extract<Reply, { type: 'end' }>;

/** Nothing comes after these. */
const LAST: readonly Reply['type'][] = ['end', 'error', 'quote', 'committed', 'usefulKeys', 'told', 'found'];
export const isLastReply = ({ type }: Reply): boolean => LAST.includes(type);

export const MAX_REQUEST_BYTES = 262_144;
/** A code unit takes at most 6 bytes of JSON, and sealing needs room too. */
export const MAX_CHUNK_CHARS = 8192;
const MAX_REQUEST_FRAME_BYTES = 60_000;

/** First byte of a request and of each answer. */
export const CLEAR = 0;
export const SEALED = 1;

/** Turns the bytes of one answer, in order, into what they say; throws for a cut or altered one. */
export type OpenReply = (bytes: Buffer, isLast: boolean) => Promise<Uint8Array> | Uint8Array;
export type SealReply = (bytes: Uint8Array, isLast: boolean) => Promise<Uint8Array> | Uint8Array;

/** The asker's half of sealing, to the key in an expert's descriptor. */
export type SealRequest = (sealKey: string, request: Uint8Array) => Promise<{ sealed: Uint8Array; open: OpenReply }>;
/** The expert's half. Throws SEAL_BROKEN for what was not sealed to it, was changed, or came before. */
export interface Unsealer {
  /** X25519, for the descriptor; a new one from time to time. */
  readonly key: string;
  open(sealed: Buffer): Promise<{ request: Uint8Array; seal: SealReply }>;
}

export const mark = (mode: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([mode]), bytes]);

export async function sendRequest(stream: Stream, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += MAX_REQUEST_FRAME_BYTES) {
    const next = at + MAX_REQUEST_FRAME_BYTES;
    await stream.send(bytes.subarray(at, next), next >= bytes.length);
  }
}

/** What requests that are not whole yet may take, of all askers together. */
export interface Room {
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createRoom(mostBytes: number): Room {
  let leftBytes = mostBytes;
  return {
    take(bytes) {
      if (bytes > leftBytes) return false;
      leftBytes -= bytes;
      return true;
    },
    give(bytes) {
      leftBytes += bytes;
    },
  };
}

/** All payloads of the asker. Throws CONTEXT_LENGTH beyond MAX_REQUEST_BYTES, BUSY when it takes longer than `limitMs` or `room` is full. */
export async function receiveRequest(stream: Stream, limitMs: number, room: Room): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => stream.close('BUSY', 'the request did not come'), limitMs);
  try {
    for await (const part of stream.frames()) {
      if (!room.take(part.length)) throw new HeatmineError('BUSY', 'too many long questions at once');
      bytes += part.length;
      if (bytes > MAX_REQUEST_BYTES) throw new HeatmineError('CONTEXT_LENGTH', `over ${MAX_REQUEST_BYTES} bytes`);
      parts.push(part);
    }
  } finally {
    clearTimeout(late);
    room.give(bytes);
  }
  return Buffer.concat(parts);
}

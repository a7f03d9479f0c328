import { z } from 'zod';
import { HeatmineError } from '../../../core/errors.ts';
import { keyFromText } from '../identity.ts';

/** Path of the websocket between nodes; docs/PROTOCOL.md is the text to this file. */
export const SWARM_PATH = '/swarm';
export const VERSIONS: readonly number[] = [1];
export const ROLES = ['expert', 'relay'] as const;
export type Role = (typeof ROLES)[number];

/** Codes that a websocket is closed with. */
export const CLOSE = { violation: 4400, hello: 4401, idle: 4408, leaving: 4503 } as const;

export const DATA_HEAD_BYTES = 5;
/** Bytes that a stream may have under way before the reader grants more; a frame costs its payload and FRAME_COST_BYTES. */
export const WINDOW_BYTES = 262_144;
export const FRAME_COST_BYTES = 64;
const MAX_CREDIT_BYTES = 1_048_576;

/** Of some bytes there is one text: the bits to spare of its last character are 0, or a token would have several names. */
const isCanonical = (text: string) => Buffer.from(text, 'base64url').toString('base64url') === text;
/** So many bytes as base64url without padding. */
export const base64url = (bytes: number) => {
  const chars = Math.ceil((bytes * 4) / 3);
  return z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${chars}}$`))
    .refine(isCanonical, 'spare bits that are not 0');
};
export const KeyText = z.string().refine((text) => keyFromText(text) !== undefined, 'no key');
const StreamId = z.int().min(1).max(0xffff_ffff);
const Roles = z
  .array(z.enum(ROLES))
  .max(ROLES.length)
  .refine((roles) => new Set(roles).size === roles.length, 'a role twice');
export const PeerUrl = z
  .string()
  .max(128)
  .regex(/^wss?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i, 'ws://host:port or wss://host:port, nothing behind it')
  // Of this shape and still no address: ws://[:::], ws://a:99999.
  .refine((url) => URL.canParse(url), 'no address');

export const Hello = z.strictObject({
  type: z.literal('hello'),
  versions: z.array(z.int().min(1).max(255)).min(1).max(16),
  key: KeyText,
  nonce: base64url(32),
  roles: Roles,
});
export const Welcome = z.strictObject({
  type: z.literal('welcome'),
  version: z.int().min(1).max(255),
  key: KeyText,
  nonce: base64url(32),
  roles: Roles,
  signature: base64url(64),
});
export const Proof = z.strictObject({ type: z.literal('proof'), signature: base64url(64) });

export const Hop = z.strictObject({ key: KeyText, url: PeerUrl.optional() });
export type Hop = z.infer<typeof Hop>;

/** What is spoken on a stream; left out: a question. */
const Kind = z.enum(['weights']);
export type Kind = z.infer<typeof Kind>;

export const Frame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('open'), id: StreamId, path: z.array(Hop).max(2), kind: Kind.optional() }),
  z.strictObject({ type: z.literal('credit'), id: StreamId, bytes: z.int().min(1).max(MAX_CREDIT_BYTES) }),
  z.strictObject({ type: z.literal('close'), id: StreamId, code: z.string().max(32), message: z.string().max(300) }),
  z.strictObject({
    type: z.literal('find'),
    id: StreamId,
    topic: z.string().min(1).max(48),
    limit: z.int().min(1).max(16),
    /** Also those that a relay has found itself. */
    others: z.literal(true).optional(),
  }),
  z.strictObject({ type: z.literal('found'), id: StreamId, descriptors: z.array(z.string().max(1400)).max(16) }),
  z.strictObject({
    type: z.literal('attach'),
    id: StreamId,
    descriptor: z.string().max(1400),
    /** Under which it is found for the weights that it gives. */
    tags: z.array(z.string().min(1).max(48)).max(64).optional(),
  }),
  z.strictObject({ type: z.literal('tally'), id: StreamId, key: KeyText }),
  z.strictObject({
    type: z.literal('tallied'),
    id: StreamId,
    /** Of a week, and a little. */
    hours: z.array(z.tuple([z.int().min(0), z.int().min(1)])).max(176),
  }),
  z.strictObject({ type: z.literal('attached'), id: StreamId, accepted: z.boolean(), why: z.string().max(300) }),
]);
export type Frame = z.infer<typeof Frame>;

/** Text of a peer as a frame of this schema. Throws PEER_INVALID, which tells the fault and nothing of the content. */
export function parseFrame<S extends z.ZodType>(schema: S, text: string): z.infer<S> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new HeatmineError('PEER_INVALID', 'a text frame is no JSON');
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HeatmineError('PEER_INVALID', `frame: ${issue.path.join('.')}: ${issue.message}`.slice(0, 200));
}

export interface DataFrame {
  id: number;
  end: boolean;
  payload: Buffer;
}

/** Binary frame: stream id (4 bytes, big endian), flags (bit 0: the last of this direction), payload. */
export function encodeData(id: number, end: boolean, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(DATA_HEAD_BYTES + payload.length);
  frame.writeUInt32BE(id, 0);
  frame[4] = end ? 1 : 0;
  frame.set(payload, DATA_HEAD_BYTES);
  return frame;
}

export function decodeData(frame: Buffer): DataFrame {
  if (frame.length < DATA_HEAD_BYTES || frame[4]! > 1) throw new HeatmineError('PEER_INVALID', 'a binary frame is cut');
  return { id: frame.readUInt32BE(0), end: frame[4] === 1, payload: frame.subarray(DATA_HEAD_BYTES) };
}

import { z } from 'zod';
import { HeatmineError } from '../../../core/errors.ts';

/** What is said on a stream of kind `weights`: docs/PROTOCOL-weights.md. One question at a time, each answered before the next. */
const Id = z.string().regex(/^[0-9a-f]{64}$/);
const FileIndex = z.int().min(0).max(7);

export const WeightsRequest = z.discriminatedUnion('type', [
  /** Which experts the node gives; with a tag only those. */
  z.strictObject({ type: z.literal('offers'), tag: z.string().min(1).max(48).optional() }),
  z.strictObject({ type: z.literal('manifest'), id: Id }),
  /** Settled use that it knows of. */
  z.strictObject({ type: z.literal('uses'), id: Id }),
  z.strictObject({ type: z.literal('chunks'), id: Id, file: FileIndex }),
  z.strictObject({ type: z.literal('chunk'), id: Id, file: FileIndex, index: z.int().min(0).max(16_383) }),
]);
export type WeightsRequest = z.infer<typeof WeightsRequest>;

const OfferLine = z.strictObject({
  id: Id,
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/),
  sizeBytes: z.int().positive(),
});
export type OfferLine = z.infer<typeof OfferLine>;

export const MAX_OFFERS = 64;
export const WeightsReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('offers'), offers: z.array(OfferLine).max(MAX_OFFERS) }),
  /** So many bytes follow, in frames of at most 60,000. */
  z.strictObject({ type: z.literal('blob'), sizeBytes: z.int().min(0).max(16_777_216) }),
  z.strictObject({ type: z.literal('error'), code: z.string().max(32), message: z.string().max(300) }),
]);
export type WeightsReply = z.infer<typeof WeightsReply>;

const MAX_REQUEST_BYTES = 512;
const MAX_REPLY_BYTES = 16_384;

function parse<S extends z.ZodType>(schema: S, payload: Buffer, mostBytes: number): z.infer<S> {
  let raw: unknown;
  try {
    if (payload.length > mostBytes) throw new Error('long');
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new HeatmineError('MESSAGE_INVALID', 'weights: too long, or no JSON');
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HeatmineError('MESSAGE_INVALID', `weights: ${issue.path.join('.')}: ${issue.message}`.slice(0, 200));
}

/** @throws HeatmineError MESSAGE_INVALID */
export const parseRequest = (payload: Buffer): WeightsRequest => parse(WeightsRequest, payload, MAX_REQUEST_BYTES);
/** @throws HeatmineError MESSAGE_INVALID */
export const parseReply = (payload: Buffer): WeightsReply => parse(WeightsReply, payload, MAX_REPLY_BYTES);
export const encode = (message: WeightsRequest | WeightsReply): Buffer => Buffer.from(JSON.stringify(message));

import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import { type Identity, keyFromText, verifySignature } from './identity.ts';
import { KeyText, PeerUrl } from './wire/frames.ts';

/** As BEP 44 allows, 1000 bytes with the signature. */
const MAX_DESCRIPTOR_BYTES = 999;
const SIGNATURE_BYTES = 64;
const DOMAIN = 'descriptor';
export const DESCRIPTOR_TTL_S = 1800;
/** Clocks of households are not exact. */
const SKEW_S = 300;

/** What a node says of itself, signed. */
export const Descriptor = z.strictObject({
  v: z.literal(1),
  key: KeyText,
  /** Unix seconds; of two descriptors the later one holds. */
  issuedS: z.int().min(0),
  /** Where it can be dialled itself. */
  urls: z.array(PeerUrl).max(3),
  /** Relays that it is attached to. */
  relays: z.array(z.strictObject({ key: KeyText, url: PeerUrl })).max(3),
  /** True where it forwards streams of others, also to relays that it must dial. */
  relay: z.boolean(),
  experts: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        topics: z.array(z.string().min(1).max(48)).min(1).max(4),
        languages: z.array(z.string().regex(/^[a-z]{2}$/)).max(4),
        /** Micro-credits per million answer tokens. */
        price: z.int().min(0).max(1_000_000_000),
        /** Whom it was made from, as its file says. */
        parents: z.array(z.string().min(1).max(32)).max(2).optional(),
      }),
    )
    .max(8),
  /** Free questions find free watts now. */
  sunshine: z.literal(true).optional(),
  /** X25519 key to which requests are sealed. */
  seal: KeyText.optional(),
  /** By which it signs tokens to tell whether an answer was of use; the same for all askers. */
  useful: KeyText.optional(),
  /** Who runs it, as it says itself; several nodes of one operator count as one in the caps. */
  operator: z.string().max(32).optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

/** One operator, however it writes its name. */
export const operatorName = (operator: string): string => operator.normalize('NFKC').trim().toLowerCase();

/** Signature, then the JSON as it was signed: nothing has to be written the same way twice. */
export function signDescriptor(identity: Identity, descriptor: Omit<Descriptor, 'v' | 'key'>): Buffer {
  const json = Buffer.from(JSON.stringify(Descriptor.parse({ v: 1, key: identity.id, ...descriptor })));
  if (SIGNATURE_BYTES + json.length > MAX_DESCRIPTOR_BYTES) {
    const over = `the node offers too much for one descriptor: ${json.length} of ${MAX_DESCRIPTOR_BYTES - 64} bytes`;
    throw new HeatmineError('CONFIG_INVALID', `${over}; share fewer experts or name fewer addresses`);
  }
  return Buffer.concat([identity.sign(DOMAIN, json), json]);
}

/** Undefined for anything that is not a descriptor, signed by the key it names, of the last half hour. */
export function readDescriptor(bytes: Uint8Array, nowMs: number): Descriptor | undefined {
  if (bytes.length > MAX_DESCRIPTOR_BYTES || bytes.length <= SIGNATURE_BYTES) return undefined;
  const json = bytes.subarray(SIGNATURE_BYTES);
  try {
    const descriptor = Descriptor.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
    const ageS = nowMs / 1000 - descriptor.issuedS;
    if (ageS > DESCRIPTOR_TTL_S || ageS < -SKEW_S) return undefined;
    const signed = verifySignature(keyFromText(descriptor.key)!, DOMAIN, json, bytes.subarray(0, SIGNATURE_BYTES));
    return signed ? descriptor : undefined;
  } catch {
    return undefined;
  }
}

import { z } from 'zod';

/** Fields and requests of docs/PROTOCOL-useful.md. */
/** Of some bytes there is one text: the bits to spare of its last character are 0, or a token would have several names. */
const isCanonical = (text: string) => Buffer.from(text, 'base64url').toString('base64url') === text;
const base64url = (chars: number) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${chars}}$`))
    .refine(isCanonical, 'spare bits that are not 0');

/** How much of a key names it in a request. */
export const KEY_HINT_CHARS = 8;

/** In a request: the token that the answer's end is to carry signed. */
export const Wish = z.strictObject({ key: base64url(KEY_HINT_CHARS), blinded: base64url(43) });
export type Wish = z.infer<typeof Wish>;

/** In the answer's end. */
export const Signed = base64url(128);

/** Which keys count now. */
export const UsefulKeysRequest = z.strictObject({ v: z.literal(1), usefulKeys: z.literal(true) });
export type UsefulKeysRequest = z.infer<typeof UsefulKeysRequest>;

export const TellRequest = z.strictObject({
  v: z.literal(1),
  tell: z.strictObject({
    expert: z.string().min(1).max(64),
    input: base64url(43),
    output: base64url(86),
    useful: z.boolean(),
  }),
});
export type TellRequest = z.infer<typeof TellRequest>;

export const UsefulKeysReply = z.object({ type: z.literal('usefulKeys'), keys: z.array(base64url(43)).min(1).max(2) });
export const ToldReply = z.object({ type: z.literal('told') });

import { z } from 'zod';
import { base64url } from '../wire/frames.ts';

/** Fields and requests of docs/PROTOCOL-useful.md. */

/** How much of a key names it in a request. */
export const KEY_HINT_CHARS = 8;

/** In a request: the token that the answer's end is to carry signed. */
export const Wish = z.strictObject({ key: base64url((KEY_HINT_CHARS * 3) / 4), blinded: base64url(32) });
export type Wish = z.infer<typeof Wish>;

/** In the answer's end. */
export const Signed = base64url(96);

/** Which keys count now. */
export const UsefulKeysRequest = z.strictObject({ v: z.literal(1), usefulKeys: z.literal(true) });
export type UsefulKeysRequest = z.infer<typeof UsefulKeysRequest>;

export const TellRequest = z.strictObject({
  v: z.literal(1),
  tell: z.strictObject({
    expert: z.string().min(1).max(64),
    input: base64url(32),
    output: base64url(64),
    useful: z.boolean(),
  }),
});
export type TellRequest = z.infer<typeof TellRequest>;

export const UsefulKeysReply = z.object({ type: z.literal('usefulKeys'), keys: z.array(base64url(32)).min(1).max(2) });
export const ToldReply = z.object({ type: z.literal('told') });

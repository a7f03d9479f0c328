import { z } from 'zod';

/** acknowledge: a person has been there and mended what latched. Lifts every latch whose cause is gone. */
export const Acknowledge = z.object({ by: z.string().min(1).max(64) });
export type Acknowledge = z.infer<typeof Acknowledge>;

/** A fault that stays until a person acknowledges it; while its cause is `present` it cannot be lifted. */
export const Latch = z.object({
  id: z.string().max(8),
  code: z.string().max(48),
  text: z.string().max(400),
  present: z.boolean(),
});
export type Latch = z.infer<typeof Latch>;

import { z } from 'zod';

/** said, retained: sentences for people, in the language of config.yaml. */
export const Said = z.object({
  /** The one line that tells what the unit does and why. */
  reason: z.string().max(255),
  computeReason: z.string().max(255),
  /** Wishes in force, one after the other. */
  overrides: z.string().max(255),
});
export type Said = z.infer<typeof Said>;

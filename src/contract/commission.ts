import { z } from 'zod';

/** The check during which compute measures its speed at each power cap. */
export const SPEED_CHECK = 'power and speed of the accelerator by cap';

/** What commissioning has measured, row by row. */
export const Commission = z.object({
  /** Name of the check that runs now; null when none does. */
  running: z.string().max(64).nullable(),
  finished: z.boolean(),
  rows: z
    .array(
      z.object({
        check: z.string().max(64),
        result: z.enum(['PASS', 'FAIL', 'SKIP']),
        measured: z.string().max(200),
        remedy: z.string().max(200),
      }),
    )
    .max(20),
});
export type Commission = z.infer<typeof Commission>;

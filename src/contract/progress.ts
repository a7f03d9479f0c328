import { z } from 'zod';

/** Set in the environment of `experts pull`, it tells its progress as one JSON line each half second on stderr. */
export const PROGRESS_ENV = 'HEATMINE_PROGRESS';

const bytes = z.number().nonnegative();
export const Progress = z.strictObject({
  doneBytes: bytes,
  /** Null where the sender does not tell the size. */
  totalBytes: bytes.nullable(),
  bytesPerS: bytes,
});
export type Progress = z.infer<typeof Progress>;

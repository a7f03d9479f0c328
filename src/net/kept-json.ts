import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** A small record of the state directory: read at the start, written when it has changed, old or new after a power cut. */
export interface KeptJson<T> {
  /** What was there, or nothing. */
  readonly found: T;
  save(value: T): void;
}

/** `what` is told where the file cannot be read (`damaged`) or written (`unkept`); neither ends anything. */
export function keptJson<T>(
  file: string,
  schema: z.ZodType<T>,
  nothing: T,
  what: { damaged: string; unkept: string },
  log: Log,
): KeptJson<T> {
  const found = read(file, schema, nothing, what.damaged, log);
  let written = JSON.stringify(found);
  return {
    found,
    save(value) {
      const now = JSON.stringify(value);
      if (now === written) return;
      try {
        writeFileSync(`${file}.new`, now, { mode: 0o600, flush: true });
        renameSync(`${file}.new`, file);
        written = now;
      } catch (error) {
        log.warn({ err: messageOf(error) }, what.unkept);
      }
    },
  };
}

function read<T>(file: string, schema: z.ZodType<T>, nothing: T, damaged: string, log: Log): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: messageOf(error).slice(0, 200) }, `${file} is damaged: ${damaged}`);
    return nothing;
  }
}

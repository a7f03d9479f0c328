/** The held-out wordings: written and frozen before anything was trained, used for the published figures only. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const texts = z.array(z.string());
const both = z.strictObject({ en: texts, de: texts });
const file = z.strictObject({
  note: z.string(),
  faults: z.record(z.string(), both),
  frames: both,
  codeFrames: both,
  unknown: both,
  statusQuestions: both,
  convert: z.record(z.string(), texts),
});

export const FROZEN = file.parse(JSON.parse(readFileSync(new URL('heldout.json', import.meta.url), 'utf8')));

/** Complaints put together from patterns: `(the|my) pump (hums|is stuck)` stands for four of them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Language } from '../faults/catalogue.ts';
import type { Rng } from './rng.ts';

const patterns = z.array(z.string()).min(1);
const PATTERNS = z
  .record(z.string(), z.strictObject({ en: patterns, de: patterns }))
  .parse(JSON.parse(readFileSync(new URL('symptoms.json', import.meta.url), 'utf8')));

export const composed = (id: string, language: Language, rng: Rng): string => {
  const of = PATTERNS[id]?.[language];
  if (!of) throw new Error(`symptoms.json has no patterns for ${id}`);
  const chosen = rng.pick(of).replace(/\(([^)]*)\)/g, (_, choices: string) => rng.pick(choices.split('|')));
  return chosen.replace(/ +/g, ' ').trim();
};

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Gone = z.object({ id: z.string(), title: z.string(), why: z.string(), atMs: z.number() });
export type Gone = z.infer<typeof Gone>;

const FILE = '.gone.json';
const MOST = 50;

/** Experts that came by demand and went for want of it, newest first; none where nothing is known. */
export function goneFrom(modelsDir: string): Gone[] {
  try {
    return z.array(Gone).parse(JSON.parse(readFileSync(join(modelsDir, FILE), 'utf8')));
  } catch {
    return [];
  }
}

/** Remembers one that goes. */
export function noteGone(modelsDir: string, one: Gone): void {
  const file = join(modelsDir, FILE);
  const all = [one, ...goneFrom(modelsDir)].slice(0, MOST);
  writeFileSync(`${file}.new`, JSON.stringify(all), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

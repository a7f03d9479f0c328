import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MANIFEST_FILE, manifestId, readManifest } from '../../../core/manifest.ts';

/** Beside an expert: where it came from, and why. */
export const SOURCE_FILE = 'source.json';
export const Origin = z.strictObject({
  how: z.enum(['pull', 'swarm', 'demand']),
  /** Address, name, or the reason in words. */
  what: z.string().max(500),
  /** Nodes that gave chunks, and how many. */
  from: z.record(z.string().max(64), z.int().min(0)).default({}),
  atMs: z.number().min(0),
});
export type Origin = z.infer<typeof Origin>;

/** Undefined where nothing is known of it. */
export function originOf(dir: string): Origin | undefined {
  try {
    return Origin.parse(JSON.parse(readFileSync(join(dir, SOURCE_FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

export interface Installed {
  /** Of the manifest. */
  id: string;
  /** As it is asked here. */
  name: string;
  topics: string[];
  /** Of the manifest: whom it was made from. */
  parents: string[];
  dir: string;
  sizeBytes: number;
  origin: Origin | undefined;
}

/** Experts with a signed manifest in this home. */
export function installedIn(modelsDir: string): Installed[] {
  if (!existsSync(modelsDir)) return [];
  return readdirSync(modelsDir).flatMap((name) => {
    const dir = join(modelsDir, name);
    try {
      // Written last by a pull: without it the directory is no expert yet.
      if (name.startsWith('.') || !statSync(join(dir, 'expert.json')).isFile()) return [];
      const manifest = readManifest(readFileSync(join(dir, MANIFEST_FILE), 'utf8'), dir);
      const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const { topics, parents } = manifest.expert;
      return [{ id: manifestId(manifest), name, topics, parents, dir, sizeBytes, origin: originOf(dir) }];
    } catch {
      return [];
    }
  });
}

import { existsSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteGone } from '../../../core/gone.ts';
import { type FoundExpert, readExpert } from '../../experts.ts';
import { type Birth, makeNest, weightsFile, writeChild } from '../child.ts';
import type { Merged } from '../merge.ts';
import { planMerge } from '../plan.ts';

/** Children on the disk at once: the one that is asked least goes for the next. */
const MOST_KEPT = 3;
const HALF_NAME = 18;

/** Bred here, and nobody's since: neither signed by the owner nor pulled from others. */
export function isBred({ dir, fact }: FoundExpert, modelsDir: string): boolean {
  const foreign = ['manifest.json', 'source.json'].some((name) => existsSync(join(dir, name)));
  return dir.startsWith(join(modelsDir, '/')) && !foreign && fact?.quality?.evolved === true;
}

/** `faults-status-3`: lead, mate, and the litter. */
export function nameOf(parents: readonly [string, string], litter: number): string {
  return `${parents.map((id) => id.replace(/-[a-z0-9-]*$/, '').slice(0, HALF_NAME)).join('-')}-${litter}`;
}

/** Makes room: takes the children away that were asked least, until there is a place for one more. */
export function makeRoom(
  experts: readonly FoundExpert[],
  modelsDir: string,
  demandShare: (id: string) => number,
  nowMs: number,
): void {
  const bred = experts.filter((expert) => isBred(expert, modelsDir));
  const order = bred.sort((a, b) => demandShare(a.id) - demandShare(b.id) || a.modifiedMs - b.modifiedMs);
  for (const { id, dir, fact } of order.slice(0, Math.max(0, order.length - MOST_KEPT + 1))) {
    rmSync(dir, { recursive: true, force: true });
    const why = `bred here and asked least: ${Math.round(demandShare(id) * 100)} % of the questions`;
    noteGone(modelsDir, { id, title: fact?.title ?? id, why, atMs: nowMs });
  }
}

/** Puts a child among the experts of this home. Nothing of it leaves the home: that takes `experts publish`. */
export async function settle(modelsDir: string, birth: Birth, file: string, weights: Merged): Promise<FoundExpert> {
  const plan = planMerge(birth.parents.map(weightsFile));
  const dir = makeNest(modelsDir, birth.id, plan);
  plan.close();
  await copyFile(file, join(dir, `${birth.id}.gguf`));
  writeChild(dir, birth, weights);
  return readExpert(dir, birth.id);
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FoundExpert, scanExperts } from './experts.ts';

const LOOK_MS = 3000;

/**
 * Looks for experts that were pulled or removed while the unit runs. `experts` is the list that all share: it changes in
 * place, then `changed` is called.
 */
export function watchExperts(
  experts: FoundExpert[],
  dirs: readonly [shipped: string, installed: string],
  changed: () => void,
): () => void {
  let before = signOf(dirs[1]);
  const timer = setInterval(() => {
    const now = signOf(dirs[1]);
    if (now === before) return;
    before = now;
    experts.splice(0, experts.length, ...scanExperts(dirs));
    changed();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Names and times of the descriptions: a pull writes its own last. */
function signOf(dir: string): string {
  try {
    const files = readdirSync(dir).map((name) => join(dir, name, 'expert.json'));
    return files
      .filter((file) => existsSync(file))
      .map((file) => `${file} ${statSync(file).mtimeMs}`)
      .join('\n');
  } catch {
    return '';
  }
}

import type { FoundExpert } from './experts.ts';
import { isBred } from './merge/evolution/nursery.ts';

/**
 * Who answers where `auto` picked an expert: the child bred from it here that proved better on its own lines, the newest of
 * them, and so on down the line. What others made never takes a place by its own word.
 */
export function heirOf(
  id: string,
  experts: readonly FoundExpert[],
  modelsDir: string,
  able: (id: string) => boolean,
): string {
  const line = [id];
  for (;;) {
    const [lead] = line.slice(-1);
    const proven = experts.filter(({ id: child, fact }) => {
      const beatsLead = fact?.parents[0] === lead && fact?.quality?.passes === true;
      return beatsLead && !line.includes(child) && able(child);
    });
    const [newest] = proven.filter((child) => isBred(child, modelsDir)).sort((a, b) => b.modifiedMs - a.modifiedMs);
    if (!newest) return lead!;
    line.push(newest.id);
  }
}

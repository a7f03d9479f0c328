/**
 * Three sets of held-out lines, apart for ever by the hash of the question: evolution searches with the first, decides with
 * the second whether a child stays, and tells of it by the third, which decides nothing. Pure.
 */
export const SETS = ['search', 'gate', 'report'] as const;
export type LineSet = (typeof SETS)[number];

/** FNV-1a, mixed: neighbouring texts must not share a set. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The question stands before the line break: half of all search, a quarter each gate and report. */
export function setOf(line: string): LineSet {
  const quarter = hashOf(line.split('\n')[0]!) % 4;
  return quarter < 2 ? 'search' : quarter === 2 ? 'gate' : 'report';
}

export function linesOf(lines: readonly string[], set: LineSet): string[] {
  return [...new Set(lines)].filter((line) => setOf(line) === set);
}

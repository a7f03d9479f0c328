type Json = Record<string, unknown>;

export const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);
export const within = (x: unknown, low: number, high: number): x is number =>
  typeof x === 'number' && Number.isFinite(x) && x >= low && x <= high;
/** As a reason shows it. What is read without recursion may be too deep to be written. */
export function shown(x: unknown): string {
  try {
    return (JSON.stringify(x) ?? String(x)).slice(0, 40);
  } catch {
    return `${Array.isArray(x) ? 'list' : 'object'} too deep to show`;
  }
}

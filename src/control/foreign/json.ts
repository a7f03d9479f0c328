type Json = Record<string, unknown>;

export const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);
export const within = (x: unknown, low: number, high: number): x is number =>
  typeof x === 'number' && Number.isFinite(x) && x >= low && x <= high;
/** As a reason shows it. */
export const shown = (x: unknown) => (JSON.stringify(x) ?? String(x)).slice(0, 40);

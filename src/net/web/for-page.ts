const DECIMALS = 4;
const AGE_STEP_MS = 500;

/**
 * The state in the fineness that a page shows, so that noise is not sent as news: four decimals, and ages to the next half
 * second up.
 */
export function forPage<T>(value: T, key = ''): T {
  if (typeof value === 'number') return shown(value, key) as T;
  if (Array.isArray(value)) return value.map((each) => forPage(each)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, forPage(each, name)])) as T;
}

function shown(value: number, key: string): number {
  if (key === 'ageMs') return Math.ceil(value / AGE_STEP_MS) * AGE_STEP_MS;
  return Number.isInteger(value) ? value : Number(value.toFixed(DECIMALS));
}

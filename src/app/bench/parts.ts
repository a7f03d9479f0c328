import { HeatmineError } from '../../core/errors.ts';

/** Those of all parts of a benchmark that were named, in their own order; `unnamed` where none was. Throws USAGE for one that it has not. */
export function partsOf<P extends string>(
  bench: string,
  all: readonly P[],
  named: readonly string[],
  unnamed: readonly P[] = all,
): readonly P[] {
  const unknown = named.filter((name) => !(all as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new HeatmineError('USAGE', `${bench} has no part ${unknown.join(', ')}: ${all.join(', ')}`);
  return named.length > 0 ? all.filter((part) => named.includes(part)) : unnamed;
}

/**
 * What the page is sent on `live`: the whole state once, then only what has changed in it. Pure; net makes deltas and the
 * page lays them on.
 */
type Tree = Record<string, unknown>;

/** What has changed from one state to the next. Lists of equal length are compared item by item, others are sent whole. */
export interface Delta {
  /** New values where they stand, as deep as it takes; items of a list by their index. */
  set?: Tree;
  /** Paths of what is no longer there; taken away before `set` is laid on. */
  gone?: string[][];
}

/** Messages of `live`. `seq` counts up by one; after a gap the page sends RESYNC and is sent the whole again. */
export type LiveMessage<State> = ({ type: 'snapshot'; seq: number } & State) | ({ type: 'delta'; seq: number } & Delta);

/** The one word that a page may say on `live`. */
export const RESYNC = 'resync';

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
/** An object or a list that can be changed in part. */
const alike = (a: unknown, b: unknown): boolean =>
  (isTree(a) && isTree(b)) || (isList(a) && isList(b) && a.length === b.length);

/** Keys of no state of ours, and dangerous to write to. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

function differ(before: Tree, after: Tree, path: string[], gone: string[][]): Tree | undefined {
  const set: Tree = {};
  for (const [key, value] of Object.entries(after)) {
    const was = before[key];
    if (value === undefined || value === was) continue;
    // A list that becomes an object: laid on it, its keys would pass for indices.
    if (isList(was) && isTree(value)) gone.push([...path, key]);
    const changed = alike(was, value) ? differ(was as Tree, value as Tree, [...path, key], gone) : value;
    if (changed !== undefined) set[key] = changed;
  }
  for (const key of Object.keys(before)) {
    if (before[key] !== undefined && after[key] === undefined) gone.push([...path, key]);
  }
  return Object.keys(set).length > 0 ? set : undefined;
}

/** From one state to the next; both plain JSON. An undefined value counts as absent. */
export function deltaOf(before: object, after: object): Delta {
  const gone: string[][] = [];
  const set = differ(before as Tree, after as Tree, [], gone);
  return { ...(set && { set }), ...(gone.length > 0 && { gone }) };
}

function overlay(base: unknown, set: Tree): unknown {
  const out = (isList(base) ? [...base] : { ...(base as Tree) }) as Tree;
  for (const [key, value] of Object.entries(set)) {
    if (REFUSED.has(key)) continue;
    const was = out[key];
    out[key] = isTree(value) && (isTree(was) || isList(was)) ? overlay(was, value) : value;
  }
  return out;
}

function without(base: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined || !(isTree(base) || isList(base))) return base;
  const out = (isList(base) ? [...base] : { ...base }) as Tree;
  if (rest.length > 0) out[key] = without(out[key], rest);
  else delete out[key];
  return out;
}

/** The state after a delta; the one before is left as it is, and what has not changed is shared with it. */
export function laidOn<State extends object>(before: State, { set, gone = [] }: Delta): State {
  const left = gone.reduce((state: unknown, path) => without(state, path), before as unknown);
  return (set ? overlay(left, set) : left) as State;
}

import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { HeatmineError, messageOf } from './errors.ts';
import { issueText } from './issues.ts';

/** Levenshtein distance, small strings only. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const best = known.map((k) => ({ k, d: distance(word.toLowerCase(), k.toLowerCase()) })).sort((x, y) => x.d - y.d)[0];
  return best && best.d <= Math.max(word.length > 3 ? 2 : 1, word.length / 3) ? best.k : undefined;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const outer =
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable;
  return outer ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}

function keysAt(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  let schema = unwrapped(root);
  for (const part of path) {
    if (!(schema instanceof z.ZodObject)) return [];
    schema = unwrapped(schema.shape[String(part)] as z.ZodType);
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Where it stands; of what is missing, the nearest that holds it. */
function offsetAt(document: Document, path: readonly PropertyKey[], key?: string): number | undefined {
  const node = path.length ? document.getIn(path, true) : document.contents;
  const pair =
    key !== undefined && isMap(node) ? node.items.find((p) => isScalar(p.key) && p.key.value === key) : undefined;
  return (
    (pair?.key as { range?: [number] } | undefined)?.range?.[0] ??
    (node as { range?: [number] } | undefined)?.range?.[0] ??
    (path.length ? offsetAt(document, path.slice(0, -1)) : undefined)
  );
}

/** One fault of a file; line and column count from 1. */
export interface Fault {
  line: number;
  column: number;
  message: string;
}

/** Refused, with all its faults in a form for programs beside the text for people. */
export class FileFaults extends HeatmineError {
  readonly faults: readonly Fault[];
  constructor(where: string, faults: readonly Fault[]) {
    super('CONFIG_INVALID', faults.map((f) => `${where}:${f.line}:${f.column}: ${f.message}`).join('\n'));
    this.faults = faults;
  }
}

/** Line and column of an offset, both from 1. */
export function lineAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** A value that names something outside the file; `open` throws why that cannot be used. */
export interface Named {
  path: readonly string[];
  open(name: string): unknown;
}

/** One line for each thing wrong with what is named at the path. */
function faultsOfNamed(raw: unknown, { path, open }: Named): string[] {
  const name = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], raw);
  if (typeof name !== 'string') return [];
  try {
    open(name);
    return [];
  } catch (error) {
    return messageOf(error).split('\n');
  }
}

/**
 * YAML or JSON against a strict schema. Throws CONFIG_INVALID with all faults at once, each with line:column and, for an
 * unknown key, the key that was probably meant; what is `named` is opened. `placeOf` turns an offset into a place.
 */
export function parseStrict<S extends z.ZodType>(
  schema: S,
  text: string,
  where: string,
  placeOf = (offset: number) => lineAt(text, offset),
  named: readonly Named[] = [],
): z.infer<S> {
  const document = parseDocument(text);
  const faults: Fault[] = document.errors.map((e) => ({ ...placeOf(e.pos[0]), message: firstLine(e.message) }));
  if (faults.length) throw new FileFaults(where, faults);
  const raw: unknown = document.toJS() ?? {};
  const parsed = schema.safeParse(raw);
  const add = (message: string, path: readonly PropertyKey[], key?: string) =>
    faults.push({ ...placeOf(offsetAt(document, path, key) ?? 0), message });
  for (const each of named)
    for (const message of faultsOfNamed(raw, each)) add(labelled(message, each.path), each.path);
  if (parsed.success && faults.length === 0) return parsed.data;
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const meant = didYouMean(key, keysAt(schema, issue.path));
        const hint = meant ? `, did you mean "${meant}"?` : '';
        add(`unknown key "${[...issue.path, key].join('.')}"${hint}`, issue.path, key);
      }
    } else {
      const missing = issue.code === 'invalid_type' && !document.hasIn(issue.path);
      add(`${issue.path.join('.')}: ${missing ? `is missing, ${issueText(issue)}` : issueText(issue)}`, issue.path);
    }
  }
  throw new FileFaults(
    where,
    faults.sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

const labelled = (message: string, path: readonly string[]) => {
  const label = `${path.join('.')}: `;
  return message.startsWith(label) ? message : label + message;
};

/** Without the place and the picture that the parser puts behind. */
const firstLine = (message: string) => message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');

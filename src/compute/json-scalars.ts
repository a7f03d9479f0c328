import { spanGrammar } from './json-numbers.ts';
import { patternGrammar } from './json-pattern.ts';

/** Strings and numbers of JSON Schema as GBNF: the body of a rule. `refuse` is told what cannot be held, and may throw. */
type Schema = Record<string, unknown>;
type Refuse = (what: string) => void;

/** Rules of their own among the primitives (json-primitives.ts). */
const FORMATS = new Set('date time date-time duration uuid email ipv4 ipv6 hostname uri'.split(' '));
/** llama.cpp writes a repetition out. */
const MOST_REPEATED = 2000;
const MOST_NAMED = 1000;
/** Behind the point, where the bounds themselves have fewer. */
const DECIMALS = 6;
const MOST_DECIMALS = 15;

/** @returns undefined where it is absent. */
export function countOf(value: unknown, what: string, fail: (what: string) => never): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MOST_REPEATED)
    return fail(`${what} must be a whole number up to ${MOST_REPEATED}`);
  return value as number;
}

export function stringBody(schema: Schema, refuse: Refuse, fail: (what: string) => never): string {
  // What libraries write beside a format is a pattern for the same.
  if (typeof schema.format === 'string' && FORMATS.has(schema.format)) return schema.format;
  const least = countOf(schema.minLength, 'minLength', fail);
  const most = countOf(schema.maxLength, 'maxLength', fail);
  const isBounded = least !== undefined || most !== undefined;
  if (typeof schema.pattern === 'string') {
    const body = patternGrammar(schema.pattern);
    if (body === undefined) refuse(`the pattern ${schema.pattern.slice(0, 100)} cannot be held here`);
    else {
      if (isBounded) refuse('minLength and maxLength cannot be held beside a pattern: write {m,n} into it');
      return body;
    }
  }
  return isBounded ? `"\\"" char{${least ?? 0},${most ?? ''}} "\\""` : 'string';
}

const decimalsOf = (n: number): number => (`${n}`.includes('e') ? MOST_DECIMALS : (`${n}`.split('.')[1] ?? '').length);

export function numberBody(
  type: 'integer' | 'number',
  schema: Schema,
  refuse: Refuse,
  fail: (what: string) => never,
): string {
  const bound = (key: string) => {
    const value = schema[key];
    // Bounds of double precision are no bounds: libraries write them for every whole number.
    return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  };
  const [least, above] = [bound('minimum'), bound('exclusiveMinimum')];
  const [most, below] = [bound('maximum'), bound('exclusiveMaximum')];
  const leastOut = above !== undefined && above >= (least ?? above);
  const mostOut = below !== undefined && below <= (most ?? below);
  const span = { least: leastOut ? above : least, most: mostOut ? below : most, leastOut, mostOut };
  const step = schema.multipleOf;
  let decimals = type === 'integer' ? 0 : undefined;
  if (typeof step === 'number' && !(type === 'integer' && step === 1)) {
    const named = namedSteps(type, span, step);
    if (named) return named;
    // 1, 0.1, 0.01: as many digits behind the point.
    if (type === 'number' && Number((10 ** -decimalsOf(step)).toFixed(MOST_DECIMALS)) === step)
      decimals = decimalsOf(step);
    else refuse(`multipleOf ${step} can be held between a minimum and a maximum with at most ${MOST_NAMED} steps`);
  }
  if (span.least === undefined && span.most === undefined && (decimals ?? 1) > 0 && decimals === undefined) return type;
  if (span.least === undefined && span.most === undefined && type === 'integer') return type;
  const own = Math.max(decimalsOf(span.least ?? 0), decimalsOf(span.most ?? 0));
  const body = spanGrammar({ ...span, decimals: decimals ?? Math.min(MOST_DECIMALS, Math.max(DECIMALS, own)) });
  return body ?? fail('no number is within these bounds');
}

interface Bounds {
  least: number | undefined;
  most: number | undefined;
  leastOut: boolean;
  mostOut: boolean;
}

/** One by one, where they are few. */
function namedSteps(type: string, { least, most, leastOut, mostOut }: Bounds, step: number): string | undefined {
  if (least === undefined || most === undefined || !(step > 0) || (most - least) / step > MOST_NAMED) return undefined;
  const values: number[] = [];
  for (let n = Math.ceil(least / step); n * step <= most; n++) {
    const value = Number((n * step).toFixed(MOST_DECIMALS));
    const isOut = (leastOut && value <= least) || (mostOut && value >= most);
    if (!isOut && (type === 'number' || Number.isInteger(value))) values.push(value);
  }
  return values.length ? values.map((value) => `"${value}"`).join(' | ') : undefined;
}

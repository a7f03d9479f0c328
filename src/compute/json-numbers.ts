/**
 * Bounds of numbers as GBNF: the digits of the bound are followed one by one. Pure text to text; numbers are written out
 * without exponents. https://github.com/ggml-org/llama.cpp/tree/master/grammars
 */
export interface Span {
  least?: number | undefined;
  most?: number | undefined;
  /** The bound itself is not allowed. */
  leastOut?: boolean;
  mostOut?: boolean;
  /** Digits behind the point; 0 makes whole numbers. */
  decimals: number;
}

/** Where there is no bound: whole numbers up to this are exact in double precision. */
const WIDEST = 9_007_199_254_740_991;
const DIGIT = '[0-9]';
const times = (n: number): string => (n === 0 ? '' : n === 1 ? DIGIT : `${DIGIT}{${n}}`);
const upTo = (n: number): string => (n === 0 ? '' : `${DIGIT}{0,${n}}`);
const quoted = (text: string): string => (text === '' ? '' : `"${text}"`);
const oneOf = (from: number, to: number): string =>
  from > to ? '' : from === to ? `"${from}"` : from === 0 && to === 9 ? DIGIT : `[${from}-${to}]`;
const joined = (...parts: string[]): string => parts.filter(Boolean).join(' ') || '""';
const either = (options: readonly string[]): string =>
  options.length === 1 ? options[0]! : `(${options.map((o) => o || '""').join(' | ')})`;

/** Digits at a place that leave the bound, followed by anything; and the rest where they keep to it. */
function along(digits: string, above: boolean, rest: (left: number) => string, whole: readonly string[]): string[] {
  const options = [...whole];
  for (let i = digits.length - 1; i >= 0; i--) {
    const digit = Number(digits[i]);
    const free = above ? oneOf(digit + 1, 9) : oneOf(0, digit - 1);
    if (free) options.push(joined(quoted(digits.slice(0, i)), free, rest(digits.length - 1 - i)));
  }
  return options;
}

/** Digits of one length, from one to another. */
function sameLength(from: string, to: string): string {
  if (from === to) return quoted(from);
  const at = [...from].findIndex((digit, i) => digit !== to[i]);
  const [low, high] = [from.slice(at + 1), to.slice(at + 1)];
  const options = [
    joined(quoted(from[at]!), either(along(low, true, times, [quoted(low) || '""']))),
    joined(quoted(to[at]!), either(along(high, false, times, [quoted(high) || '""']))),
  ];
  const between = oneOf(Number(from[at]) + 1, Number(to[at]) - 1);
  if (between) options.push(joined(between, times(low.length)));
  return joined(quoted(from.slice(0, at)), either(options));
}

/** Whole numbers of 0 and more. */
function whole(from: bigint, to: bigint): string[] {
  const options: string[] = [];
  for (let low = from; low <= to; ) {
    const end = 10n ** BigInt(`${low}`.length) - 1n;
    const high = end < to ? end : to;
    options.push(sameLength(`${low}`, `${high}`));
    low = high + 1n;
  }
  return options;
}

/** What may stand behind the point, without the zeros at the end that say nothing. */
const fractionOf = (text: string): string => (text.split('.')[1] ?? '').replace(/0+$/, '');
const wholeOf = (text: string): bigint => BigInt(text.split('.')[0]!);

/** Fractions from one to another, point and all; '' where the end is open. Undefined when there is none. */
function fractions(low: string, lowOut: boolean, high: string | undefined, highOut: boolean, most: number) {
  const options: string[] = [];
  const left = (used: number) => upTo(Math.max(0, most - used));
  const zeros = (used: number) => (most > used ? `"0"{0,${most - used}}` : '');
  const rise = (digits: string, used: number, out: boolean): string[] => {
    const rest = (after: number) => left(used + digits.length - after);
    const room = Math.max(0, most - used - digits.length);
    const more = Array.from({ length: room }, (_, n) => joined(quoted('0'.repeat(n)), '[1-9]', upTo(room - 1 - n)));
    const exact = out ? more : [upTo(room)];
    return along(digits, true, rest, exact.length ? [joined(quoted(digits), either(exact))] : []);
  };
  const fall = (digits: string, used: number, out: boolean): string[] => {
    const rest = (after: number) => left(used + digits.length - after);
    const short = Array.from({ length: digits.length }, (_, i) => quoted(digits.slice(0, i)) || '""');
    const same = out ? [] : [joined(quoted(digits), zeros(used + digits.length))];
    return along(digits, false, rest, [...short, ...same]);
  };
  if (low === '' && !lowOut && (high === undefined || high !== '' || !highOut)) options.push('""');
  const length = Math.max(low.length, high?.length ?? 0);
  if (most > 0 && length <= most) {
    const tails = high === undefined ? rise(low, 0, lowOut) : within(low, lowOut, high, highOut);
    // Behind a point there is a digit.
    const some = tails
      .filter((tail) => tail !== '""')
      .map((t) => (t === upTo(most) || t === zeros(0) ? t.replace('{0,', '{1,') : t));
    if (some.length) options.push(joined('"."', either(some)));
  }
  function within(from: string, fromOut: boolean, to: string, toOut: boolean): string[] {
    if (from >= to) return from === to && !fromOut && !toOut ? [joined(quoted(from), zeros(from.length))] : [];
    const [a, b] = [from.padEnd(length, '0'), to.padEnd(length, '0')];
    const at = [...a].findIndex((digit, i) => digit !== b[i]);
    const head = quoted(a.slice(0, at));
    const found = [
      ...rise(from.slice(at + 1), at + 1, fromOut).map((tail) => joined(head, `"${a[at]}"`, tail)),
      ...fall(to.slice(at + 1), at + 1, toOut).map((tail) => joined(head, `"${b[at]}"`, tail)),
    ];
    const between = oneOf(Number(a[at]) + 1, Number(b[at]) - 1);
    return between ? [...found, joined(head, between, left(at + 1))] : found;
  }
  return options.length ? either(options) : undefined;
}

/** From `low` to `high`, both 0 or more, as decimals. */
function magnitudes(low: string, lowOut: boolean, high: string, highOut: boolean, decimals: number): string[] {
  const [from, to] = [wholeOf(low), wholeOf(high)];
  const [lowPart, highPart] = [fractionOf(low), fractionOf(high)];
  const options: string[] = [];
  const add = (digits: string[], fraction: string | undefined) => {
    if (digits.length && fraction !== undefined)
      options.push(joined(either(digits), fraction === '""' ? '' : fraction));
  };
  if (from > to) return [];
  if (from === to) add([quoted(`${from}`)], fractions(lowPart, lowOut, highPart, highOut, decimals));
  else {
    add([quoted(`${from}`)], fractions(lowPart, lowOut, undefined, false, decimals));
    add([quoted(`${to}`)], fractions('', false, highPart, highOut, decimals));
  }
  add(whole(from + 1n, to - 1n), fractions('', false, undefined, false, decimals));
  return options;
}

/** Digits of a bound; those beyond what can be written are cut away from the inside of the span. */
function written(bound: number, decimals: number, up: boolean): string {
  if (fractionOf(`${bound}`).length <= decimals && !`${bound}`.includes('e')) return `${bound}`;
  const text = bound.toFixed(decimals);
  const off = Number(text) - bound;
  return (up ? off < 0 : off > 0) ? (Number(text) + (up ? 1 : -1) * 10 ** -decimals).toFixed(decimals) : text;
}

/** The body of a rule; undefined when no number is within. */
export function spanGrammar({ least, most, leastOut = false, mostOut = false, decimals }: Span): string | undefined {
  const [low, high] = [Math.max(least ?? -WIDEST, -WIDEST), Math.min(most ?? WIDEST, WIDEST)];
  const [from, to] = [written(low, decimals, true), written(high, decimals, false)];
  // What was cut is out already.
  const [fromOut, toOut] = [leastOut && Number(from) === low, mostOut && Number(to) === high];
  const options: string[] = [];
  const bare = (text: string) => text.replace(/^-/, '');
  if (Number(to) >= 0) {
    const zero = Number(from) < 0;
    options.push(...magnitudes(zero ? '0' : bare(from), !zero && fromOut, bare(to), toOut, decimals));
  }
  if (Number(from) < 0) {
    const zero = Number(to) >= 0;
    // Zero itself is said without a sign.
    const below = magnitudes(zero ? '0' : bare(to), zero || toOut, bare(from), fromOut, decimals);
    options.push(...below.map((digits) => `"-" ${digits}`));
  }
  return options.length ? either(options) : undefined;
}

/**
 * School arithmetic written out, so that a tiny model needs only one small step at a time:
 * `42*37` -> `7*2+0=14 7*4+1=29 >294 3*2+0=06 3*4+0=12 >126 294+1260 4+0+0=04 ... >1554`.
 */
const digitsFromRight = (n: string): number[] => [...n].reverse().map(Number);
const two = (n: number): string => String(n).padStart(2, '0');
const trim = (n: string): string => n.replace(/^0+(?=\d)/, '');

const timesDigit = (a: string, digit: number): { steps: string; result: string } => {
  let carry = 0;
  let result = '';
  const steps = digitsFromRight(a).map((d) => {
    const sum = d * digit + carry;
    const step = `${digit}*${d}+${carry}=${two(sum)}`;
    result = `${sum % 10}${result}`;
    carry = Math.floor(sum / 10);
    return step;
  });
  result = trim(`${carry}${result}`);
  return { steps: `${steps.join(' ')} >${result}`, result };
};

const column = (a: string, b: string, op: '+' | '-'): { steps: string; result: string } => {
  const length = Math.max(a.length, b.length);
  const x = digitsFromRight(a.padStart(length, '0'));
  const y = digitsFromRight(b.padStart(length, '0'));
  let carry = 0;
  let result = '';
  const steps = x.map((d, i) => {
    const e = y[i] ?? 0;
    const raw = op === '+' ? d + e + carry : d - e - carry;
    const total = op === '+' ? raw : raw < 0 ? raw + 10 : raw;
    const next = op === '+' ? Math.floor(raw / 10) : raw < 0 ? 1 : 0;
    const step = op === '+' ? `${d}+${e}+${carry}=${two(total)}` : `${d}-${e}-${carry}=${next}${total}`;
    result = `${total % 10}${result}`;
    carry = next;
    return step;
  });
  result = trim(`${op === '+' ? carry : ''}${result}`);
  return { steps: `${a}${op}${b} ${steps.join(' ')} >${result}`, result };
};

type Work = { steps: string; result: string };

export const add = (a: string, b: string): Work => column(a, b, '+');
/** a must not be smaller than b. */
export const subtract = (a: string, b: string): Work => column(a, b, '-');

export const multiply = (a: string, b: string): Work => {
  const rows = digitsFromRight(b).map((d) => timesDigit(a, d));
  const steps = [`${a}*${b}`, ...rows.map((r) => r.steps)];
  let sum = rows[0]?.result ?? '0';
  rows.slice(1).forEach((row, i) => {
    const next = add(sum, row.result === '0' ? '0' : `${row.result}${'0'.repeat(i + 1)}`);
    steps.push(next.steps);
    sum = next.result;
  });
  return { steps: steps.join(' '), result: sum };
};

/** Places the decimal point: `point('126', 1)` is 12.6. */
export const point = (digits: string, decimals: number): string => {
  if (decimals === 0) return digits;
  const full = digits.padStart(decimals + 1, '0');
  return `${full.slice(0, -decimals)}.${full.slice(-decimals)}`;
};

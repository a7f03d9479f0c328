/**
 * School arithmetic written out so that a tiny model needs one small step at a time. Every digit has a letter: a, b, c, d
 * from the right in the first number, x, y, z, w in the second, d to k in the two rows of a product, l to p in the result.
 * A step names the letters it uses, so the next digit is found by its letter and never by counting:
 * `b4x3+1=1e3` is 4*3+1 = 13, carry 1, and 3 stands at e. Numbers are padded, so that every sum of a kind has the same steps.
 */
type Row = { steps: string; digits: string };

const A = ['a', 'b', 'c', 'd'];
const X = ['x', 'y', 'z', 'w'];
const RESULT = ['l', 'm', 'n', 'o', 'p'];
/** From the right: `at('123', 0)` is 3; beyond the left end 0. */
const at = (digits: string, i: number): number => Number(digits[digits.length - 1 - i] ?? 0);

/** `named('042', A)` is `c0b4a2`. */
const named = (digits: string, letters: readonly string[]): string =>
  [...digits].map((d, i) => `${letters[digits.length - 1 - i]}${d}`).join('');

const tens = (n: number): number => Math.floor(n / 10);

/** One row of a product: three digits of a times digit `y` of the other, written at four letters. */
const timesRow = (a: string, x: string, y: number, out: readonly string[]): Row => {
  let carry = 0;
  let digits = '';
  const steps = [0, 1, 2].map((i) => {
    const sum = at(a, i) * at(x, y) + carry;
    const step = `${A[i]}${at(a, i)}${X[y]}${at(x, y)}+${carry}=${tens(sum)}${out[i]}${sum % 10}`;
    carry = tens(sum);
    digits = `${sum % 10}${digits}`;
    return step;
  });
  return { steps: [...steps, `${out[3]}${carry}`].join(','), digits: `${carry}${digits}` };
};

/** Three digits by two: two rows, then their sum one place apart; five digits. */
export const product = (a: string, x: string): Row => {
  const low = timesRow(a, x, 0, ['d', 'e', 'f', 'g']);
  const high = timesRow(a, x, 1, ['h', 'i', 'j', 'k']);
  const steps = [`${named(a, A)}*${named(x, X)}`, low.steps, high.steps, `l${at(low.digits, 0)}`];
  let digits = low.digits.slice(-1);
  let carry = 0;
  for (const [i, [upper, lower]] of [
    ['e', 'h'],
    ['f', 'i'],
    ['g', 'j'],
  ].entries()) {
    const [p, q] = [at(low.digits, i + 1), at(high.digits, i)];
    const sum = p + q + carry;
    steps.push(`${upper}${p}${lower}${q}+${carry}=${tens(sum)}${RESULT[i + 1]}${sum % 10}`);
    digits = `${sum % 10}${digits}`;
    carry = tens(sum);
  }
  const top = at(high.digits, 3) + carry;
  steps.push(`k${at(high.digits, 3)}+${carry}=p${top}`);
  return { steps: steps.join(','), digits: `${top}${digits}` };
};

/** Two digits by 7, as the water sum needs it first; three digits. */
export const timesSeven = (x: string): Row => {
  const low = at(x, 0) * 7;
  const high = at(x, 1) * 7 + tens(low);
  const steps = `${named(x, X)}*7,x${at(x, 0)}+0=${tens(low)}a${low % 10},y${at(x, 1)}+${tens(low)}=${tens(high)}b${high % 10}`;
  return { steps, digits: String(high * 10 + (low % 10)).padStart(3, '0') };
};

/** Four digits and four digits; five digits. */
export const sum = (a: string, x: string): Row => {
  let carry = 0;
  let digits = '';
  const steps = [0, 1, 2, 3].map((i) => {
    const total = at(a, i) + at(x, i) + carry;
    const step = `${A[i]}${at(a, i)}${X[i]}${at(x, i)}+${carry}=${tens(total)}${RESULT[i]}${total % 10}`;
    carry = tens(total);
    digits = `${total % 10}${digits}`;
    return step;
  });
  return { steps: [`${named(a, A)}+${named(x, X)}`, ...steps, `p${carry}`].join(','), digits: `${carry}${digits}` };
};

/** The greater of two minus the smaller; `>` or `<` says which is which, the digit after `=` is what is borrowed. */
export const difference = (a: string, x: string): Row => {
  const less = Number(a) < Number(x);
  const [high, low] = less ? [x, a] : [a, x];
  const [H, L] = less ? [X, A] : [A, X];
  let borrow = 0;
  let digits = '';
  const steps = [0, 1, 2, 3].map((i) => {
    const raw = at(high, i) - at(low, i) - borrow;
    const next = raw < 0 ? 1 : 0;
    const step = `${H[i]}${at(high, i)}${L[i]}${at(low, i)}-${borrow}=${next}${RESULT[i]}${raw + 10 * next}`;
    borrow = next;
    digits = `${raw + 10 * next}${digits}`;
    return step;
  });
  return { steps: [`${named(a, A)}${less ? '<' : '>'}${named(x, X)}`, ...steps].join(','), digits };
};

/** Adds 32 degrees to a product, `3200` or `320` as its decimals want it. */
export const plusThirtyTwo = (digits: string, offset: string): Row => {
  const out = ['q', 'r', 's', 't', 'u'];
  let carry = 0;
  let total = '';
  const steps = RESULT.map((letter, i) => {
    const next = at(digits, i) + at(offset, i) + carry;
    const step = `${letter}${at(digits, i)}+${at(offset, i)}+${carry}=${tens(next)}${out[i]}${next % 10}`;
    carry = tens(next);
    total = `${next % 10}${total}`;
    return step;
  });
  return { steps: `+${offset},${steps.join(',')}`, digits: total };
};

/** Places the decimal point: `point('126', 1)` is 12.6. */
export const point = (digits: string, decimals: number): string => {
  if (decimals === 0) return digits;
  const full = digits.padStart(decimals + 1, '0');
  return `${full.slice(0, -decimals)}.${full.slice(-decimals)}`;
};

/** The whole row with its point, then without leading zeros: `>0054.6 = 54.6 kWh`. */
export const ending = (digits: string, decimals: number, unit: string): string => {
  const whole = point(digits, decimals);
  return `>${whole} = ${whole.replace(/^0+(?=\d)/, '')} ${unit}`;
};

/** Critical point of propane (R290). */
const CRITICAL_K = 369.89;
const CRITICAL_BAR = 42.512;
/** Wagner form of the vapour pressure: factors and exponents. Lemmon, McLinden, Wagner, J. Chem. Eng. Data 54 (2009) 3141. */
const TERMS = [
  [-6.7722, 1],
  [1.6938, 1.5],
  [-1.3341, 2.2],
  [-3.1876, 4.8],
  [0.94937, 6.2],
] as const;

function wagnerBar(temperatureC: number): number {
  const kelvin = temperatureC + 273.15;
  const below = 1 - kelvin / CRITICAL_K;
  const sum = TERMS.reduce((all, [factor, power]) => all + factor * below ** power, 0);
  return CRITICAL_BAR * Math.exp((CRITICAL_K / kelvin) * sum);
}

/** A table, because the plant asks some ten million times a simulated year. Linear between half kelvins: within 0.01 %. */
const FROM_C = -80;
const PER_K = 2;
const TABLE = Float64Array.from({ length: (96 - FROM_C) * PER_K + 1 }, (_, i) => wagnerBar(FROM_C + i / PER_K));

/** Pressure, bar absolute, at which propane of this temperature boils. Held at the ends: -80 °C and 96 °C. */
export function saturationBar(temperatureC: number): number {
  const x = Math.min(TABLE.length - 1.001, Math.max(0, (temperatureC - FROM_C) * PER_K));
  const low = Math.floor(x);
  return TABLE[low]! + (x - low) * (TABLE[low + 1]! - TABLE[low]!);
}

/**
 * COP of air-water R290 machines, a fit over 807 certified units (Keymark data by way of hplib,
 * https://github.com/FZJ-IEK3-VSA/hplib): 0.543 of Carnot with 7.5 K lost in the two exchangers. Up to 15 % high below 0 °C.
 */
export function copFit(sinkC: number, sourceC: number): number {
  const liftK = Math.max(6, sinkC - sourceC + 7.5);
  return Math.min(9, (0.543 * (sinkC + 273.15)) / liftK);
}

/** The fit brought down to the certified medians in the cold: exact at 2 °C, 13 % less at -7 °C and below. */
export function machineCop(sinkC: number, sourceC: number): number {
  const cold = Math.min(1, Math.max(0, (2 - sourceC) / 9));
  return Math.max(1, copFit(sinkC, sourceC) * (1 - 0.13 * cold));
}

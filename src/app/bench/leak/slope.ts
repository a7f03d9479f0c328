/** A straight line through points, and how far its slope can be off. */
export interface Slope {
  perX: number;
  /** Half of the 95 % interval: Student's t over the residuals, taken as independent. */
  halfWidth: number;
}

/** Student's t for 95 %, two-sided, by degrees of freedom; beyond the list it is taken as for a large sample. */
const T95 = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1];
const T95_LARGE = 2.1;

/** Least squares. Throws with fewer than three points. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const n = points.length;
  if (n < 3) throw new Error('a slope with an interval needs three points');
  const meanX = points.reduce((a, [x]) => a + x, 0) / n;
  const meanY = points.reduce((a, [, y]) => a + y, 0) / n;
  const sxx = points.reduce((a, [x]) => a + (x - meanX) ** 2, 0);
  const perX = points.reduce((a, [x, y]) => a + (x - meanX) * (y - meanY), 0) / sxx;
  const rest = points.reduce((a, [x, y]) => a + (y - meanY - perX * (x - meanX)) ** 2, 0);
  return { perX, halfWidth: (T95[n - 3] ?? T95_LARGE) * Math.sqrt(rest / (n - 2) / sxx) };
}

/** Downhill simplex of J. Nelder and R. Mead (https://doi.org/10.1093/comjnl/7.4.308): finds a minimum without slopes. */
export function simplexMinimum(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  widths: readonly number[],
  evaluations: number,
  tolerance = 1e-4,
): { x: number[]; value: number } {
  const n = start.length;
  const points = [start.slice(), ...widths.map((w, i) => start.map((v, j) => (i === j ? v + w : v)))];
  let corners = points.map((x) => ({ x, value: f(x) }));
  let spent = n + 1;
  while (spent < evaluations) {
    corners = corners.toSorted((a, b) => a.value - b.value);
    const best = corners[0]!;
    const worst = corners[n]!;
    const spread = Math.max(...corners.map((c) => Math.max(...c.x.map((v, i) => Math.abs(v - best.x[i]!)))));
    if (spread < tolerance) break;
    const middle = start.map((_, i) => corners.slice(0, n).reduce((sum, c) => sum + c.x[i]!, 0) / n);
    const at = (share: number) => {
      const x = middle.map((m, i) => m + share * (m - worst.x[i]!));
      spent++;
      return { x, value: f(x) };
    };
    const reflected = at(1);
    let next = reflected;
    if (reflected.value < best.value) {
      const further = at(2);
      if (further.value < reflected.value) next = further;
    } else if (reflected.value >= corners[n - 1]!.value) {
      next = at(reflected.value < worst.value ? 0.5 : -0.5);
      if (next.value >= Math.min(reflected.value, worst.value)) {
        corners = corners.map((c) => {
          if (c === best) return c;
          const x = c.x.map((v, i) => (v + best.x[i]!) / 2);
          return { x, value: f(x) };
        });
        spent += n;
        continue;
      }
    }
    corners[n] = next;
  }
  const found = corners.toSorted((a, b) => a.value - b.value)[0]!;
  return found;
}

/** Stops of the temperature scale: cold water to the hottest that the house knows. Chosen to differ in lightness too. */
const STOPS: readonly [number, number, number, number][] = [
  [5, 42, 111, 186],
  [25, 39, 148, 158],
  [38, 222, 164, 44],
  [52, 222, 98, 32],
  [70, 176, 28, 46],
];

/** Colour of water at a temperature; grey where it is not known. */
export function heatColour(celsius: number | null | undefined): string {
  if (celsius == null) return 'var(--line)';
  const upper = STOPS.findIndex(([at]) => at >= celsius);
  if (upper === 0) return rgb(STOPS[0]!);
  if (upper === -1) return rgb(STOPS.at(-1)!);
  const [a, b] = [STOPS[upper - 1]!, STOPS[upper]!];
  const part = (celsius - a[0]) / (b[0] - a[0]);
  return rgb([celsius, mix(a[1], b[1], part), mix(a[2], b[2], part), mix(a[3], b[3], part)]);
}

const mix = (a: number, b: number, part: number) => Math.round(a + (b - a) * part);
const rgb = ([, r, g, b]: readonly [number, number, number, number]) => `rgb(${r} ${g} ${b})`;

/** The scale itself, for the legend. */
export const SCALE = STOPS.map(([celsius]) => celsius);

/**
 * Sun on a vertical wall that always faces it, W/m², from what a weather service gives: windows see this, and the fitted
 * daily rhythm of the aperture sorts out where they look. The sun's height follows from the three numbers themselves, so that
 * neither place nor date is needed. Half of the diffuse sky is seen from a wall.
 */
export function wallSunWm2(sun: { globalWm2: number; directNormalWm2: number; diffuseWm2: number }): number {
  const { globalWm2, directNormalWm2, diffuseWm2 } = sun;
  const skyWm2 = 0.5 * diffuseWm2;
  if (directNormalWm2 < 5) return skyWm2;
  const sine = Math.min(1, Math.max(0, (globalWm2 - diffuseWm2) / directNormalWm2));
  return directNormalWm2 * Math.sqrt(1 - sine * sine) + skyWm2;
}

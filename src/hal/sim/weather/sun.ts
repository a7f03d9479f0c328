const RAD = Math.PI / 180;
export const POTSDAM = { latitudeDeg: 52.38, longitudeDeg: 13.07 };

/** Days since 1 January of its UTC year, with the fraction of the day. */
export function dayOfYear(timeMs: number): number {
  const year = new Date(timeMs).getUTCFullYear();
  return (timeMs - Date.UTC(year, 0, 1)) / 86_400_000;
}

/** Sine of the sun's elevation (Spencer's declination and equation of time, good to 0.5°). */
export function sunElevationSin(timeMs: number, place = POTSDAM): number {
  const day = dayOfYear(timeMs);
  const g = (2 * Math.PI * Math.floor(day)) / 365;
  const declination =
    0.006918 -
    0.399912 * Math.cos(g) +
    0.070257 * Math.sin(g) -
    0.006758 * Math.cos(2 * g) +
    0.000907 * Math.sin(2 * g);
  const equationMin =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(g) -
      0.032077 * Math.sin(g) -
      0.014615 * Math.cos(2 * g) -
      0.040849 * Math.sin(2 * g));
  const solarHour = (day % 1) * 24 + place.longitudeDeg / 15 + equationMin / 60;
  const hourAngle = (solarHour - 12) * 15 * RAD;
  const latitude = place.latitudeDeg * RAD;
  return Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle);
}

/** Global horizontal irradiance under a clear sky (Haurwitz 1945). */
export const clearSkyWm2 = (sinElevation: number) =>
  sinElevation <= 0.01 ? 0 : 1098 * sinElevation * Math.exp(-0.057 / sinElevation);

/** Control's own physics, deliberately not the plant's: whoever validates control must not share its mistakes. */

/** Heat carried by 1 L/min of water per kelvin, W: 4146 kJ/(m³ K) at 40 °C (IAPWS-95), over 60,000. */
export const WATER_W_PER_LPM_K = 69.1;
/** The same for coolant, water with 25 % glycol: 3.85 kJ/(L K), over 60. */
export const COOLANT_W_PER_LPM_K = 64;

/**
 * Heat pump COP over 807 certified R290 units: 0.543 T_sink / (T_sink - T_source + 7.5), denominator >= 6 K, COP <= 9.
 * Up to 15 % high below 0 °C. Fitted to the Keymark data of https://github.com/FZJ-IEK3-VSA/hplib
 */
export function copOf(sinkC: number, sourceC: number): number {
  return Math.min(9, (0.543 * (sinkC + 273.15)) / Math.max(6, sinkC - sourceC + 7.5));
}

export const J_PER_KWH = 3.6e6;

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Share of a first-order change that has happened after `dtS`: exact for any step length. */
export const lagShare = (dtS: number, tauS: number): number => 1 - Math.exp(-dtS / tauS);

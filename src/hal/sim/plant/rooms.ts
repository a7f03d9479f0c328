/**
 * A building as the two-element model of VDI 6007-1 has it: air, exterior walls with their mass, interior walls and floors
 * with theirs. Surfaces hold no heat. J/K and W/K.
 */
export interface RoomParams {
  /** Air and furniture; may be 0. */
  airJPerK: number;
  extJPerK: number;
  intJPerK: number;
  /** Convection at the inner surfaces. */
  extConvWPerK: number;
  intConvWPerK: number;
  /** Radiation between the two surfaces. */
  surfacesWPerK: number;
  /** From surface to mass. */
  extWPerK: number;
  intWPerK: number;
  /** From the exterior mass to the outdoor air, outer convection included. */
  outerWPerK: number;
  /** Windows and ventilation: straight from air to outdoor air. */
  airLossWPerK: number;
  /** Share of radiant heat that falls on the exterior walls. */
  extShare: number;
}

/** Temperatures, °C. */
export interface RoomState {
  airC: number;
  extC: number;
  intC: number;
}

/** Heat brought in, W: to the air, as radiation onto all surfaces by area, and at the interior surface itself (a cooled ceiling). */
export interface RoomHeat {
  airW: number;
  radiantW: number;
  interiorW?: number;
}

/** The rooms `dtS` later: implicit Euler, stable for any step, no joule lost. `lossW` is the mean loss to outdoors. */
export function stepRooms(
  p: RoomParams,
  s: RoomState,
  heat: RoomHeat,
  outdoorC: number,
  dtS: number,
): RoomState & { lossW: number } {
  // A mass at the end of the step is `fixed + slope * surface`.
  const ext = p.extJPerK / dtS;
  const int = p.intJPerK / dtS;
  const extSlope = p.extWPerK / (ext + p.extWPerK + p.outerWPerK);
  const extFixed = (ext * s.extC + p.outerWPerK * outdoorC) / (ext + p.extWPerK + p.outerWPerK);
  const intSlope = p.intWPerK / (int + p.intWPerK);
  const intFixed = (int * s.intC) / (int + p.intWPerK);
  // Heat balances of the surfaces e, i and of the air a: a symmetric system, solved by elimination.
  const link = p.surfacesWPerK;
  const ee = p.extConvWPerK + link + p.extWPerK * (1 - extSlope);
  const ii = p.intConvWPerK + link + p.intWPerK * (1 - intSlope);
  const aa = p.airJPerK / dtS + p.extConvWPerK + p.intConvWPerK + p.airLossWPerK;
  const eq = p.extWPerK * extFixed + p.extShare * heat.radiantW;
  const iq = p.intWPerK * intFixed + (1 - p.extShare) * heat.radiantW + (heat.interiorW ?? 0);
  const aq = (p.airJPerK / dtS) * s.airC + p.airLossWPerK * outdoorC + heat.airW;
  const det = ee * ii - link * link;
  // e = e0 + e1 * air, i = i0 + i1 * air
  const e0 = (ii * eq + link * iq) / det;
  const e1 = (ii * p.extConvWPerK + link * p.intConvWPerK) / det;
  const i0 = (ee * iq + link * eq) / det;
  const i1 = (ee * p.intConvWPerK + link * p.extConvWPerK) / det;
  const airC = (aq + p.extConvWPerK * e0 + p.intConvWPerK * i0) / (aa - p.extConvWPerK * e1 - p.intConvWPerK * i1);
  const extC = extFixed + extSlope * (e0 + e1 * airC);
  const intC = intFixed + intSlope * (i0 + i1 * airC);
  const lossW = p.outerWPerK * (extC - outdoorC) + p.airLossWPerK * (airC - outdoorC);
  return { airC, extC, intC, lossW };
}

/** W/K from a steady room's air to the inner surface of its exterior walls: straight and by way of the warm interior. */
const filmWPerK = (extConvWPerK: number, intConvWPerK: number, surfacesWPerK: number) =>
  extConvWPerK + 1 / (1 / intConvWPerK + 1 / surfacesWPerK);

/** German house of the 1990s (heat protection ordinance 1995): design heat load for each m² of floor. */
const LOAD_W_PER_M2 = 60;
/** Ventilation, 1/h, and room height, m; J/(m³ K) of air. */
const AIR_CHANGES = 0.5;
const HEIGHT_M = 2.5;
const AIR_J_PER_M3K = 1200;
/** Window area for each m² of floor, and its U value, W/(m² K). */
const WINDOW_SHARE = 0.2;
const WINDOW_U = 1.8;
/** EN ISO 13790: all inner surfaces are 4.5 times the floor area (here 2 exterior, 2.5 interior); "heavy": 260 kJ/(m² K). */
const EXT_M2 = 2;
const INT_M2 = 2.5;
const MASS_J_PER_M2K = 260_000;
/** EN ISO 52016-1: air and furniture, J/(m² K). */
const LIGHT_J_PER_M2K = 10_000;
/** VDI 6007-1, heavy reference room: coefficients, W/(m² K), and inner resistances, m² K/W, of exterior and interior walls. */
const CONV_EXT = 2.7;
const CONV_INT = 2.24;
const RADIATION = 5;
const R_EXT = 0.046;
const R_INT = 0.045;

/** Rooms of a house that loses `lossWPerK` at its design point of `designLoadW`. */
export function roomParams(designLoadW: number, lossWPerK: number): RoomParams {
  const m2 = designLoadW / LOAD_W_PER_M2;
  const designWPerM2K = lossWPerK / m2;
  const directWPerM2K = (AIR_CHANGES * HEIGHT_M * AIR_J_PER_M3K) / 3600 + WINDOW_SHARE * WINDOW_U;
  // A mild design point means a high loss per kelvin: the direct part never takes more than half of it.
  const airLossWPerK = m2 * Math.min(directWPerM2K, designWPerM2K / 2);
  const extConvWPerK = CONV_EXT * EXT_M2 * m2;
  const intConvWPerK = CONV_INT * INT_M2 * m2;
  const surfacesWPerK = RADIATION * Math.min(EXT_M2, INT_M2) * m2;
  const extWPerK = (EXT_M2 * m2) / R_EXT;
  const inner = 1 / filmWPerK(extConvWPerK, intConvWPerK, surfacesWPerK) + 1 / extWPerK;
  const mass = MASS_J_PER_M2K * m2;
  const extShare = EXT_M2 / (EXT_M2 + INT_M2);
  return {
    airJPerK: LIGHT_J_PER_M2K * m2,
    extJPerK: extShare * mass,
    intJPerK: (1 - extShare) * mass,
    extConvWPerK,
    intConvWPerK,
    surfacesWPerK,
    extWPerK,
    intWPerK: (INT_M2 * m2) / R_INT,
    outerWPerK: 1 / (1 / (lossWPerK - airLossWPerK) - inner),
    airLossWPerK,
    extShare,
  };
}

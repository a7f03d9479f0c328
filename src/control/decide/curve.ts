import type { House } from '../../contract/house.ts';
import { clamp } from '../physics.ts';

/** Sun, people and appliances warm a house by about this much: it needs no heat closer than this to its set-point. */
const FREE_GAIN_K = 3;
/** A room kept as cool as a mild design point has no span to it: below this the share would leap, then change its sign. */
const LEAST_SPAN_K = 5;
/** Floor heating gives off heat with dT^1.1 (EN 1264). */
const EMITTER_EXPONENT = 1.1;
/** Near its set-point the room's swings are sun and people: hotter water for them costs COP. Beyond, it has to follow. */
const ROOM_NEAR_K = 0.5;
const NEAR_GAIN_K_PER_K = 1;
const FAR_GAIN_K_PER_K = 5;
const ROOM_LIMIT_K = 6;
/** All three hold for a floor of 35 °C; an emitter that needs hotter water for the same heat needs more of it for a cold room too. */
const FLOOR_SPREAD_K = 14;

/** Room temperature that design load and design supply are stated for here, °C (EN 12831 has 20). */
export const DESIGN_ROOM_C = 21;

/** Colder water heats nothing. */
export const coolestSupplyC = (roomSetC: number): number => roomSetC + 2;

/** Share of the design heat load at this outdoor temperature, 0 in mild weather, above 1 in a record frost. */
export function loadShare(house: House, roomSetC: number, outdoorC: number): number {
  const limitC = roomSetC - FREE_GAIN_K;
  return clamp((limitC - outdoorC) / Math.max(LEAST_SPAN_K, limitC - house.designOutdoorC), 0, 1.4);
}

/** Heat the house loses, W, by its own design figures. */
export const loadW = (house: House, roomSetC: number, outdoorC: number): number =>
  house.designLoadW * loadShare(house, roomSetC, outdoorC);

/**
 * Supply temperature the house needs: weather curve, room influence and the slow `trimK` learnt from the room.
 * 0 means that no heat is needed.
 */
export function supplyTargetC(house: House, roomSetC: number, outdoorC: number, roomC: number, trimK: number): number {
  const short = roomSetC - roomC;
  const share = loadShare(house, roomSetC, outdoorC);
  if (share === 0 && short < 0.5) return 0;
  if (short < -1.5) return 0;
  const curveC = roomSetC + (house.supplyDesignC - DESIGN_ROOM_C) * share ** (1 / EMITTER_EXPONENT);
  const nearK = clamp(short, -ROOM_NEAR_K, ROOM_NEAR_K);
  const influenceK = NEAR_GAIN_K_PER_K * nearK + FAR_GAIN_K_PER_K * (short - nearK);
  const emitter = Math.max(1, (house.supplyDesignC - DESIGN_ROOM_C) / FLOOR_SPREAD_K);
  const roomK = emitter * clamp(influenceK, -ROOM_LIMIT_K, ROOM_LIMIT_K);
  return clamp(
    curveC + roomK + trimK,
    coolestSupplyC(roomSetC),
    Math.min(house.supplyDesignC + 8, house.bufferMaxC - 5),
  );
}

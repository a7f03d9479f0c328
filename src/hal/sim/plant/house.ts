import { gain, lose } from './ledger.ts';
import { stepRooms } from './rooms.ts';
import type { PlantInput, PlantState } from './state.ts';

const EMITTER_EXPONENT_REST = 0.1;
/** Share that leaves a heated floor as radiation (EN 1264: 5.5 of 10.8 W/(m² K)); the rest warms the air. */
const EMITTER_RADIANT = 0.5;
/** Of the sun through the windows, all but this share falls on walls and floors (VDI 6007-1). */
const SOLAR_CONVECTIVE = 0.09;
const PEOPLE_W = 150;
/** Share of the household's electricity that ends as heat in the rooms. */
const HOUSEHOLD_HEAT = 0.7;
/** People and appliances give off half of their heat as radiation. */
const INTERNAL_RADIANT = 0.5;

/** Floor heating (or radiators), sun, people and appliances heat the rooms. */
export function stepHouse(s: PlantState, input: PlantInput, dtS: number): void {
  const p = s.params;
  const overK = s.emitterC - s.airC;
  s.houseHeatW = p.emitterW1 * Math.abs(overK) ** EMITTER_EXPONENT_REST * overK;
  s.emitterC -= (s.houseHeatW * dtS) / p.emitterJPerK;
  const solarW = p.solarApertureM2 * s.solarWm2;
  const internalW = PEOPLE_W + HOUSEHOLD_HEAT * input.householdW;
  const radiantW = EMITTER_RADIANT * s.houseHeatW + (1 - SOLAR_CONVECTIVE) * solarW + INTERNAL_RADIANT * internalW;
  const airW = s.houseHeatW + solarW + internalW - radiantW;
  const next = stepRooms(p.rooms, s, { airW, radiantW }, s.outdoorC, dtS);
  s.airC = next.airC;
  s.extC = next.extC;
  s.intC = next.intC;
  gain(s.ledger, 'solarJ', solarW * dtS);
  gain(s.ledger, 'internalJ', internalW * dtS);
  lose(s.ledger, 'houseLossJ', next.lossW * dtS);
}

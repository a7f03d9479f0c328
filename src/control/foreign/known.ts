import type { ForeignHouse } from '../../contract/foreign-house.ts';
import { House } from '../../contract/house.ts';

/** What the controller starts from: told by house.json, else estimated, and then learnt. */
export interface Known {
  areaM2: number;
  emitter: 'floor' | 'radiator' | 'fancoil';
  weight: 'light' | 'medium' | 'heavy';
  comfort: { lowC: number; highC: number };
  pumpHeatW: number;
  fanW: number;
  minModulation: number;
  onOff: boolean;
  accelHeatsHouse: boolean;
  incomeEurPerKwh: number;
  /** The same facts in the terms of the unit's own core: weather curve and dispatch rule take these. */
  house: House;
  /** What was not told. */
  estimated: string[];
  /** house.json as it came. */
  told: ForeignHouse;
}

/** Heat load per floor area of an average existing house at its design point (TABULA, built about 1980 to 2000). */
const LOAD_W_PER_M2 = 60;
const DEFAULT_AREA_M2 = 140;
/**
 * Houses need 10 to 100 W/m², pumps give half to twice what their house needs: the rating weighs more, by the spread of
 * both on a logarithmic scale.
 */
const PUMP_SAYS = 0.7;
/** Pumps are usually sold somewhat above the design load. */
const PUMP_PER_LOAD = 1.1;
const SUPPLY_DESIGN_C = { floor: 35, radiator: 50, fancoil: 42 } as const;
/** Rated COP at A2/W35, median of the certified units behind DESIGN's fit. */
const RATED_COP = 4;

export function knownOf(told: ForeignHouse): Known {
  const pump = told.pump ?? {};
  const estimated: string[] = [];
  const orGuess = <T>(value: T | null | undefined, guess: T, name: string): T => {
    if (value === null || value === undefined) estimated.push(`${name} ${String(guess)}`);
    return value ?? guess;
  };
  // Between that by its heat and the usual one: houses differ as much in size as in heat per area.
  const areaByPump = Math.sqrt(((pump.heatW ?? 0) / PUMP_PER_LOAD / LOAD_W_PER_M2) * DEFAULT_AREA_M2);
  const areaGuess = told.designLoadW ? told.designLoadW / LOAD_W_PER_M2 : areaByPump || DEFAULT_AREA_M2;
  const areaM2 = orGuess(told.areaM2, Math.round(areaGuess), 'areaM2');
  const byArea = areaM2 * LOAD_W_PER_M2;
  const byPump = pump.heatW ? pump.heatW / PUMP_PER_LOAD : byArea;
  const loadGuess = told.areaM2 ? byPump ** PUMP_SAYS * byArea ** (1 - PUMP_SAYS) : byPump;
  const designLoadW = orGuess(told.designLoadW, Math.round(loadGuess), 'designLoadW');
  const emitter = orGuess(told.emitter, 'radiator' as const, 'emitter');
  const pumpHeatW = orGuess(pump.heatW, Math.round(designLoadW * PUMP_PER_LOAD), 'pump.heatW');
  const accel = told.accelerator ?? null;
  return {
    areaM2,
    emitter,
    weight: orGuess(told.weight, 'medium' as const, 'weight'),
    comfort: told.comfort ?? { lowC: 20, highC: 24 },
    pumpHeatW,
    fanW: orGuess(pump.fanW, Math.round(0.02 * pumpHeatW), 'pump.fanW'),
    minModulation: orGuess(pump.minModulation, 0.3, 'pump.minModulation'),
    onOff: pump.onOff ?? false,
    accelHeatsHouse: accel !== null && (accel.heatsHouse ?? true),
    incomeEurPerKwh: accel?.incomeEurPerKwh ?? 0,
    house: {
      ...House.parse({}),
      designLoadW,
      designOutdoorC: orGuess(told.designOutdoorC, -10, 'designOutdoorC'),
      supplyDesignC: orGuess(told.supplyDesignC, SUPPLY_DESIGN_C[emitter], 'supplyDesignC'),
      compressorMaxW: Math.round(pumpHeatW / RATED_COP),
      backupHeaterW: 0,
      accelMaxW: accel?.maxW ?? 0,
      alternativeHeat: told.alternativeHeat ?? 'heatpump',
      alternativeEurPerKwh: told.alternativeEurPerKwh ?? 0.12,
      wearEurPerKwh: accel?.wearEurPerKwh ?? 0,
    },
    estimated,
    told,
  };
}

import { CARDS } from '../../contract/cards.ts';
import type { Market } from '../../contract/messages.ts';
import type { PlantTruth } from '../../contract/truth.ts';
import type { Config } from '../../core/config.ts';
import type { Board } from '../board.ts';
import { createHardware, type Hardware } from './hardware.ts';
import { createHousehold } from './household.ts';
import { createMarket } from './market.ts';
import { createPlant, type PlantState, plantParams, plantStep, sensorsOf, truthOf } from './plant/plant.ts';
import { openWeather } from './weather/weather.ts';
import { createBacklog, type WorkBacklog } from './work.ts';

/** The simulated world of one unit: plant, weather, household, market, accelerator work, and the wires to all of it. */
export interface SimUnit {
  hardware: Hardware;
  work: WorkBacklog;
  /** Moves the house on by real seconds times the speed; watts of work are those of real time. */
  step(realS: number): void;
  houseTimeMs(): number;
  market(): Market;
  truth(): PlantTruth;
  state(): PlantState;
}

/** Throws WEATHER_INVALID for a bad weather file. `monoMs` drives chips and dead-man only, never the house. */
export function createSimUnit(config: Config, board: Board, monoMs: () => number): SimUnit {
  const { seed, startsAt, weather: file, pvKwp, householdKwhPerYear } = config.sim;
  const card = CARDS[config.accelerator.card]!;
  const { count } = config.accelerator;
  const weather = openWeather({ seed, file });
  const household = createHousehold(seed, householdKwhPerYear, config.sim.tapping);
  const market = createMarket(seed, config.tariff);
  const params = plantParams(config.house, {
    pvKwp,
    accelIdleW: count * card.idleW,
    exportLimitW: config.grid.exportLimitW,
  });
  const work = createBacklog(count * card.tdpW);
  const startMs = Date.parse(startsAt);
  let state = createPlant(params, seed);
  state = { ...state, outdoorC: weather.at(startMs).outdoorC };
  const hardware = createHardware({
    board,
    seed,
    monoMs,
    cards: { count, name: card.name, tdpW: card.tdpW },
    sensors: sensorsOf(state),
  });
  const houseTimeMs = () => startMs + state.timeS * 1000;
  return {
    hardware,
    work,
    houseTimeMs,
    step(realS) {
      const timeMs = houseTimeMs();
      const input = {
        outputs: hardware.outputs(),
        accelWorkW: Math.min(work.availableW(), count * card.tdpW),
        weather: weather.at(timeMs),
        ...household.at(timeMs),
        faults: hardware.plantFaults(),
      };
      state = plantStep(state, input, realS * config.speed);
      work.burn(state.accelBurntW * realS);
      hardware.sense(sensorsOf(state));
    },
    market: () => market.at(houseTimeMs()),
    truth: () => ({
      timeMs: houseTimeMs(),
      speed: config.speed,
      modelled: true,
      weather: { outdoorC: state.outdoorC, solarWm2: state.solarWm2, source: weather.source },
      deadMan: hardware.lines.report().deadMan,
      ...truthOf(state),
    }),
    state: () => state,
  };
}

import { GATE_START, gateStep } from '../../compute/scheduler/gate.ts';
import { CARDS } from '../../contract/cards.ts';
import type { ComputeState, ControlState, Event } from '../../contract/messages.ts';
import { DEFAULT_SETPOINTS } from '../../contract/messages.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { PlantTruth } from '../../contract/truth.ts';
import { changesBetween, controlStateOf } from '../../control/report.ts';
import type { Verdict } from '../../control/types.ts';
import { Config } from '../../core/config.ts';
import { createHousehold } from '../../hal/sim/household.ts';
import { createMarket } from '../../hal/sim/market.ts';
import { truthOf } from '../../hal/sim/plant/plant.ts';
import { type CosimStep, openCosim } from '../cosim.ts';
import type { Scene } from './scenes.ts';

const SEED = 1;
/** Unseen, before each chapter: the house reaches the temperatures of its weather. */
const WARM_S = 30 * 3600;
const WARM_STEP_S = 60;
const STEP_S = 10;
const ANSWER_TOKENS = 300;

/** A moment of the house as the page is told it; `today` is told by net's own counting. */
export interface Moment {
  state: Omit<Snapshot, 'today'> & { control: ControlState };
  events: Event[];
}

export interface Played {
  /** Of the house. */
  timeZone: string;
  /** Runs the house up to this second of its scene; every step is handed to `seen`. */
  to(sceneS: number, seen: (moment: Moment) => void): void;
}

/** The real control core and the plant of the board `sim`, both of them in simulated time. Pure but for `seen`. */
export function openScene(scene: Scene): Played {
  const startMs = Date.parse(scene.startsAt);
  const config = Config.parse({ sim: { seed: SEED, startsAt: new Date(startMs - WARM_S * 1000).toISOString() } });
  const { sim } = config;
  const { timeZone } = config.house.comfort;
  const sceneS = (houseS: number) => houseS - WARM_S;
  const sceneAt = (timeMs: number) => (timeMs - startMs) / 1000;
  const house = openCosim({
    config,
    dtS: STEP_S,
    world: {
      weather: { source: 'made up for the tour', at: (timeMs) => scene.weather(timeMs, sceneAt(timeMs)) },
      marketAt: createMarket(SEED, config.tariff).at,
      household: createHousehold(SEED, sim.householdKwhPerYear, sim.tapping),
    },
    wantAt: (timeMs) => scene.want(sceneAt(timeMs)),
    faultsAt: (houseS) => scene.faults?.(sceneS(houseS)) ?? {},
    wishesAt: (houseS) => (scene.acknowledges?.(sceneS(houseS)) ? { acknowledge: { by: 'owner' } } : {}),
  });
  const counted = countWork(config);
  let atS = -WARM_S;
  let before: Verdict | undefined;
  while (atS < 0) {
    before = house.next(WARM_STEP_S).verdict;
    atS += WARM_STEP_S;
  }
  return {
    timeZone,
    to(untilS, seen) {
      // One step at the least, so that there is a state to show.
      while (atS === 0 || atS + STEP_S <= untilS) {
        const done = house.next();
        atS += STEP_S;
        const verdict = done.verdict!;
        const control = controlStateOf({ ...shown(done), verdict, setPoints: DEFAULT_SETPOINTS });
        // This house has none, whatever the plant can do.
        delete control.sensors.batteryW;
        const events = changesBetween(before, verdict, done.timeMs).map((e) => ({ ...e, houseClock: true }));
        before = verdict;
        const plant = plantOf(done);
        seen({ state: { control, compute: counted(done), plant, prices: null, timeZone }, events });
      }
    },
  };
}

const shown = ({ image, timeMs }: CosimStep) => ({
  image,
  houseTimeMs: timeMs,
  board: 'sim',
  simulated: true,
  speed: 1,
  lateness: { p50Ms: 0, p99Ms: 0, maxMs: 0, ticks: image.tick, realtime: false },
});

const plantOf = ({ plant, timeMs, weather }: CosimStep): PlantTruth => ({
  ...truthOf(plant),
  timeMs,
  speed: 1,
  modelled: true,
  weather: { outdoorC: weather.outdoorC, solarWm2: weather.solarWm2, source: 'made up for the tour' },
  deadMan: 'held',
});

/** Compute is a model in the tour: its watts by the card's published figure, no model is loaded and nothing can be asked. */
function countWork({ accelerator }: Config): (step: CosimStep) => ComputeState {
  const card = CARDS[accelerator.card]!;
  const { id, name, jPerToken } = card;
  const idleW = card.idleW * accelerator.count;
  let gate = GATE_START;
  let soldJ = 0;
  let fillerJ = 0;
  return ({ accelWorkW, want, verdict }) => {
    const soldW = Math.min(accelWorkW, want?.wantW ?? 0);
    soldJ += soldW * STEP_S;
    fillerJ += (accelWorkW - soldW) * STEP_S;
    const next = gateStep(gate, {
      ...{ dtS: STEP_S, questions: soldW > 0 ? 1 : 0, deferred: 0, owedJ: 0 },
      ...{ grantW: verdict?.grantW ?? 0, workW: accelWorkW, paidW: verdict?.fillerW ?? 0, idleW },
    });
    gate = next.state;
    const answerTokens = Math.round(soldJ / jPerToken);
    return {
      card: { id, name, count: accelerator.count, jPerToken, modelled: true },
      experts: [],
      answered: Math.floor(answerTokens / ANSWER_TOKENS),
      queued: 0,
      busy: accelWorkW > 0,
      answerTokens,
      fillerTokens: Math.round(fillerJ / jPerToken),
      joules: soldJ + fillerJ,
      tokensPerS: accelWorkW / jPerToken,
      fillerW: accelWorkW - soldW,
      reason: { what: 'tour', code: 'tour', text: 'the tour models computing' },
      gate: next.verdict,
    };
  };
}

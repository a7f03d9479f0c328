import { accrue, afterScoring, cpuCapacity, FILLER_START, mayScore } from '../../../compute/scheduler/power.ts';
import { type Cards, type Facts, type Plan, SCHEDULE_START, schedule } from '../../../compute/scheduler/schedule.ts';
import { createWork } from '../../../compute/work.ts';
import { CARDS } from '../../../contract/cards.ts';
import type { ComputeWant, ComputeWork } from '../../../contract/messages.ts';
import { initialState, step } from '../../../control/step.ts';
import { manualClock } from '../../../core/clock.ts';
import type { Config } from '../../../core/config.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { createBacklog } from '../../../hal/sim/work.ts';
import type { Drive } from '../../cosim.ts';

/** Twice as often as the run loop of `compute`. */
const TICK_S = 0.1;
const LINE_TOKENS = [20, 128] as const;
/** Economy questions: one in so many seconds, of so many tokens. */
const ECONOMY_EVERY_S = 300;
const ECONOMY_TOKENS = 300;
const ECONOMY_DEADLINE_S = 3600;
const WIDTH = 8;

export interface Watts {
  /** That pay unpaid, as control granted them for this step. */
  paidW: number;
  /** Drawn by the plant's accelerator in this step, and the part of it that work takes. */
  drawnW: number;
  burntW: number;
  priceEurPerKwh: number;
}

export interface HeatUnit {
  drive: Drive;
  told: { admitted: number; refused: number };
}

/** No models: all answers come from the one that is there. */
const MEMORY: Facts['memory'] = {
  ...{ freeBytes: 0, loading: false, waiting: [] },
  ...{ residents: () => [], absent: () => [], share: () => 0 },
};

interface Economy {
  id: number;
  sinceS: number;
}

/** Compute in virtual time, by the pure step that the real process runs; no standard questions: they run at any price. */
class Compute {
  readonly #cards: Cards;
  readonly #cardId: string;
  readonly #cpuMsPerToken: number;
  readonly #clock = manualClock();
  readonly #random: Random;
  readonly #work;
  readonly told = { admitted: 0, refused: 0 };
  #credit = FILLER_START;
  #state = SCHEDULE_START;
  #plan: Plan;
  #waiting: Economy[] = [];
  #nowS = 0;
  #lastId = 0;

  constructor({ accelerator }: Config, fullW: number, seed: number, cpuMsPerToken: number) {
    const { card: id, count, fillerCpuShare: cpuShare } = accelerator;
    const card = CARDS[id]!;
    const paid = { economicW: fullW, commandW: 0, incomeEurPerKwh: 0 };
    this.#cards = { ...paid, fullW, idleW: card.idleW * count, jPerToken: card.jPerToken, cpuShare };
    this.#cardId = id;
    this.#cpuMsPerToken = cpuMsPerToken;
    this.#random = seededRandom(seed);
    this.#work = createWork(card, this.#clock);
    this.#plan = this.#decide(0, 0, 0);
  }

  want(): ComputeWant {
    return { ...this.#plan.want, queued: 0, gate: this.#plan.gate.do };
  }

  message(): ComputeWork {
    const { answerTokens, fillerTokens } = this.#work.totals();
    return { bootId: 'heat', seq: Math.round(this.#nowS / TICK_S), answerTokens, fillerTokens, card: this.#cardId };
  }

  tick(grantW: number, fillerW: number): void {
    this.#nowS += TICK_S;
    this.#clock.advance(TICK_S * 1000);
    this.#work.tick(Math.max(0, grantW - this.#cards.idleW));
    if (this.#random() < TICK_S / ECONOMY_EVERY_S) this.#waiting.push({ id: ++this.#lastId, sinceS: this.#nowS });
    this.#plan = this.#decide(TICK_S, grantW, fillerW);
    this.#tell(this.#plan.verdicts);
    this.#score(this.#plan.filler);
  }

  #decide(dtS: number, grantW: number, fillerW: number): Plan {
    const { answerS } = this.#work.totals();
    const { idleW, cpuShare } = this.#cards;
    const paidW = Math.min(grantW, fillerW);
    const owedJ = this.#work.owedJ();
    const watts = { grantW, freeW: Math.max(0, paidW - idleW), grantText: '' };
    const rest = { deadlineS: ECONOMY_DEADLINE_S, loadS: 0, listEurPerMtoken: 1, forwardable: false };
    const { state, plan } = schedule(this.#state, this.#cards, {
      ...{ dtS, economy: 0, workW: Math.max(0, grantW - idleW), paidW, soldJ: 0, memory: MEMORY },
      supply: { ...watts, owedJ, active: 0, questions: 0, width: WIDTH, answerS },
      asking: this.#waiting.map(({ id, sinceS }) => ({
        ...{ ...rest, id, waitedS: this.#nowS - sinceS, tier: 'economy' as const },
      })),
      cpuMsPerToken: this.#cpuMsPerToken,
      fillerTokensPerS: cpuCapacity(this.#cpuMsPerToken, cpuShare),
    });
    this.#state = state;
    return plan;
  }

  #tell(verdicts: Plan['verdicts']): void {
    for (const [id, verdict] of verdicts) {
      if (verdict.do === 'defer') continue;
      this.#waiting = this.#waiting.filter((e) => e.id !== id);
      this.told[verdict.do === 'admit' ? 'admitted' : 'refused']++;
      // The engine of the simulated unit has the tokens long before its card has burnt them.
      if (verdict.do === 'admit') this.#work.addAnswer(ECONOMY_TOKENS, false);
    }
  }

  #score(pace: Plan['filler']): void {
    this.#credit = accrue(this.#credit, pace, this.#cards.cpuShare, TICK_S);
    while (mayScore(this.#credit)) {
      const [least, most] = LINE_TOKENS;
      const tokens = Math.round(least + this.#random() * (most - least));
      this.#credit = afterScoring(this.#credit, { tokens, cpuMs: tokens * this.#cpuMsPerToken });
      this.#work.addFiller(tokens);
    }
  }
}

/** Control and compute in one loop: grants go one way, wants and tokens the other; `each` hears every step. */
export function heatUnit(config: Config, seed: number, cpuMsPerToken: number, each: (watts: Watts) => void): HeatUnit {
  const card = CARDS[config.accelerator.card]!;
  const { count } = config.accelerator;
  const ratedW = Math.min(count * card.tdpW, config.house.accelMaxW);
  const compute = new Compute(config, ratedW, seed, cpuMsPerToken);
  const backlog = createBacklog(ratedW);
  let state = initialState(config.house);
  let before: Pick<Watts, 'paidW' | 'priceEurPerKwh'> | undefined;
  const drive: Drive = (input) => {
    const { sensors, actuators } = input.image;
    const drawnW = sensors.accelW.value;
    const burntW = Math.max(0, drawnW - (actuators.accelSupplyOn > 0 ? count * card.idleW : 0));
    if (before) each({ ...before, drawnW, burntW });
    backlog.burn(burntW * input.dtS);
    const done = step(state, { ...input, want: compute.want() });
    state = done.state;
    const { outputs, safety, grantW, fillerW } = done.verdict;
    for (let t = 0; t < input.dtS - TICK_S / 2; t += TICK_S) compute.tick(grantW, fillerW);
    backlog.take(compute.message());
    before = { paidW: fillerW, priceEurPerKwh: input.market?.priceEurPerKwh ?? 0 };
    return { outputs, safety, workW: Math.min(backlog.availableW(), ratedW) };
  };
  return { drive, told: compute.told };
}

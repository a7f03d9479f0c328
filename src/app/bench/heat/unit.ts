import { decide, want } from '../../../compute/scheduler/decide.ts';
import { GATE_START, gateStep } from '../../../compute/scheduler/gate.ts';
import {
  accrue,
  afterScoring,
  cpuCapacity,
  FILLER_START,
  fillerPace,
  mayScore,
} from '../../../compute/scheduler/power.ts';
import { createWork } from '../../../compute/work.ts';
import { CARDS } from '../../../contract/cards.ts';
import type { ComputeWant, ComputeWork } from '../../../contract/messages.ts';
import { initialState, step } from '../../../control/step.ts';
import { manualClock } from '../../../core/clock.ts';
import type { Config } from '../../../core/config.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { createBacklog } from '../../../hal/sim/work.ts';
import type { Drive } from '../../cosim.ts';

/** As the filler of `compute` looks for credit. */
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

/** Before the first second. */
const NOTHING = { dtS: 0, questions: 0, deferred: 0, owedJ: 0, grantW: 0, workW: 0, paidW: 0, idleW: 0 };

interface Economy {
  id: number;
  sinceS: number;
}

/** Compute in virtual time, by the pure rules that the real process runs; no standard questions: they run at any price. */
class Compute {
  readonly #card;
  readonly #cpuShare: number;
  readonly #cpuMsPerToken: number;
  readonly #cardsW: number;
  readonly #idleW: number;
  readonly #clock = manualClock();
  readonly #random: Random;
  readonly #work;
  readonly told = { admitted: 0, refused: 0 };
  #credit = FILLER_START;
  #gate = gateStep(GATE_START, NOTHING);
  #waiting: Economy[] = [];
  #nowS = 0;
  #lastId = 0;

  constructor({ accelerator }: Config, cardsW: number, seed: number, cpuMsPerToken: number) {
    this.#card = CARDS[accelerator.card]!;
    this.#cpuShare = accelerator.fillerCpuShare;
    this.#cpuMsPerToken = cpuMsPerToken;
    this.#cardsW = cardsW;
    this.#idleW = this.#card.idleW * accelerator.count;
    this.#random = seededRandom(seed);
    this.#work = createWork(this.#card, this.#clock);
  }

  want(): ComputeWant {
    const fillerTokensPerS = cpuCapacity(this.#cpuMsPerToken, this.#cpuShare);
    const due = { questions: 0, soldJ: 0, owedJ: this.#work.owedJ(), economy: this.#waiting.length };
    const { jPerToken } = this.#card;
    const input = {
      ...due,
      cardsW: this.#cardsW,
      economicW: this.#cardsW,
      fillerTokensPerS,
      jPerToken,
      commandW: 0,
      incomeEurPerKwh: 0,
    };
    return { ...want(input), queued: 0, gate: this.#gate.verdict.do };
  }

  message(): ComputeWork {
    const { answerTokens, fillerTokens } = this.#work.totals();
    return { bootId: 'heat', seq: Math.round(this.#nowS / TICK_S), answerTokens, fillerTokens, card: this.#card.id };
  }

  tick(grantW: number, fillerW: number): void {
    const workW = Math.max(0, grantW - this.#idleW);
    const freeW = Math.max(0, Math.min(grantW, fillerW) - this.#idleW);
    this.#nowS += TICK_S;
    this.#clock.advance(TICK_S * 1000);
    this.#work.tick(workW);
    if (this.#random() < TICK_S / ECONOMY_EVERY_S) this.#waiting.push({ id: ++this.#lastId, sinceS: this.#nowS });
    if (this.#waiting.length > 0) this.#admit(grantW, freeW);
    this.#score(workW, freeW);
    this.#gate = gateStep(this.#gate.state, {
      ...{ dtS: TICK_S, questions: 0, deferred: this.#waiting.length, owedJ: this.#work.owedJ() },
      ...{ grantW, workW, paidW: Math.min(fillerW, grantW), idleW: this.#idleW },
    });
  }

  #admit(grantW: number, freeW: number): void {
    const { answerS } = this.#work.totals();
    const owedJ = this.#work.owedJ();
    const supply = { grantW, freeW, grantText: '', owedJ, active: 0, questions: 0, width: WIDTH, answerS };
    const rest = { deadlineS: ECONOMY_DEADLINE_S, loadS: 0, listEurPerMtoken: 1, forwardable: false };
    const asking = this.#waiting.map(({ id, sinceS }) => ({
      ...{ ...rest, id, waitedS: this.#nowS - sinceS, tier: 'economy' as const },
    }));
    for (const [id, verdict] of decide(supply, asking)) {
      if (verdict.do === 'defer') continue;
      this.#waiting = this.#waiting.filter((e) => e.id !== id);
      this.told[verdict.do === 'admit' ? 'admitted' : 'refused']++;
      // The engine of the simulated unit has the tokens long before its card has burnt them.
      if (verdict.do === 'admit') this.#work.addAnswer(ECONOMY_TOKENS, false);
    }
  }

  #score(workW: number, freeW: number): void {
    const { jPerToken } = this.#card;
    const measured = { cpuMsPerToken: this.#cpuMsPerToken, cpuShare: this.#cpuShare };
    const pace = fillerPace({ freeW, workW, owedJ: this.#work.owedJ(), jPerToken, ...measured, questions: 0 });
    this.#credit = accrue(this.#credit, pace, this.#cpuShare, TICK_S);
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

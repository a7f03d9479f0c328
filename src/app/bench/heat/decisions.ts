import type { Asking } from '../../../compute/scheduler/decide.ts';
import { createDemand } from '../../../compute/scheduler/demand.ts';
import { type Cards, SCHEDULE_START, schedule } from '../../../compute/scheduler/schedule.ts';
import { seededRandom } from '../../../core/random.ts';

const QUEUED = 1000;
const EXPERTS = 200;
const WARM = 200;

const CARDS: Cards = {
  ...{ fullW: 3000, economicW: 2500, idleW: 80, jPerToken: 1, cpuShare: 0.1, commandW: 300, incomeEurPerKwh: 0.2 },
};

/** Milliseconds of each whole step of the scheduler, sorted: 1,000 questions, and who of 200 experts is loaded for whom. */
export function decisionTimes(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const ids = Array.from({ length: EXPERTS }, (_, i) => `expert-${i}`);
  const demand = createDemand(ids);
  for (let i = 0; i < 500; i++) demand.asked(ids[Math.floor(EXPERTS * random() ** 3)]!);
  const fact = (id: string) => ({ id, bytes: 1e9 * (1 + Math.floor(random() * 5)), loadS: 1 + 5 * random() });
  const times: number[] = [];
  let state = SCHEDULE_START;
  for (let n = 0; n < count + WARM; n++) {
    const asking: Asking[] = Array.from({ length: QUEUED }, (_, id) => ({
      ...{ id, tier: random() < 0.05 ? 'standard' : 'economy', waitedS: 500 * random(), deadlineS: 600 },
      ...{ loadS: random(), listEurPerMtoken: 1, forwardable: random() < 0.5 },
    }));
    const supply = {
      grantW: 3000,
      freeW: 3000 * Math.round(random()),
      grantText: 'sun',
      owedJ: 0,
      active: 2,
      questions: 0,
      width: 8,
      answerS: 2,
    };
    const residents = ids.slice(0, EXPERTS / 2).map((id) => ({ ...fact(id), busy: random() < 0.1 }));
    const waiting = ids.slice(EXPERTS / 2).map((id) => ({ ...fact(id), waiting: 3, waitedS: 40 * random() }));
    demand.asked(ids[n % EXPERTS]!);
    const startedMs = performance.now();
    const { state: next } = schedule(state, CARDS, {
      ...{ dtS: 0.2, supply, asking, economy: 1, soldJ: 0, cpuMsPerToken: 1, fillerTokensPerS: 100 },
      ...{ workW: 2920, paidW: supply.freeW },
      memory: {
        freeBytes: 1e9,
        loading: false,
        waiting,
        residents: () => residents,
        absent: () => [],
        share: demand.share,
      },
    });
    state = next;
    if (n >= WARM) times.push(performance.now() - startedMs);
  }
  return times.sort((a, b) => a - b);
}

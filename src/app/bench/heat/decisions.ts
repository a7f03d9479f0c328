import { type Asking, decide } from '../../../compute/scheduler/decide.ts';
import { createDemand } from '../../../compute/scheduler/demand.ts';
import { decideResidency } from '../../../compute/scheduler/residency.ts';
import { seededRandom } from '../../../core/random.ts';

const QUEUED = 1000;
const EXPERTS = 200;
const WARM = 200;

/** Milliseconds of each whole decision, sorted: verdicts on 1,000 questions, and who of 200 experts is loaded for whom. */
export function decisionTimes(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  const ids = Array.from({ length: EXPERTS }, (_, i) => `expert-${i}`);
  const demand = createDemand(ids);
  for (let i = 0; i < 500; i++) demand.asked(ids[Math.floor(EXPERTS * random() ** 3)]!);
  const fact = (id: string) => ({ id, bytes: 1e9 * (1 + Math.floor(random() * 5)), loadS: 1 + 5 * random() });
  const times: number[] = [];
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
    };
    const residents = ids.slice(0, EXPERTS / 2).map((id) => ({ ...fact(id), busy: random() < 0.1 }));
    const waiting = ids.slice(EXPERTS / 2).map((id) => ({ ...fact(id), waiting: 3, waitedS: 40 * random() }));
    demand.asked(ids[n % EXPERTS]!);
    const startedMs = performance.now();
    decide({ ...supply, width: 8, answerS: 2 }, asking);
    decideResidency({ freeBytes: 1e9, residents, waiting, share: demand.share });
    if (n >= WARM) times.push(performance.now() - startedMs);
  }
  return times.sort((a, b) => a - b);
}

import { BATCH_WIDTH } from '../../compute/experts.ts';
import { Config } from '../../core/config.ts';
import { ask, startAlone } from './filler-compute.ts';
import { engineStops, figureOf, inTheAct } from './filler-ticks.ts';
import { RANDOM_EXPERT, writeRandomExpert } from './serve/random-expert.ts';
import type { Figure } from './table.ts';

const GRANT_W = 4900;
/** Seconds of work for the engine, with weights that say anything. */
const SHAPE = {
  ...{ layers: 4, embedding: 512, heads: 8, kvHeads: 8, feedForward: 2048, vocabulary: 8000 },
  ...{ contextTokens: 2048, weights: 'q8_0' as const },
};
const BATCH = { max_tokens: 400, service_tier: 'flex', heatmine: { deadline_s: 3600 } };

/** Paid batch: as many economy answers at once as there are seats, asked again and again, none refused. */
export async function batchFigures(rounds: number): Promise<Figure[]> {
  const compute = await startAlone(Config.parse({ compute: { evolve: false } }), async (models) => {
    await writeRandomExpert(models, SHAPE, 1024, 1);
  });
  const [dark, later, alone] = [[] as number[], [] as number[], [] as number[]];
  let [over, lost, answered] = [false, 0, 0];
  const askedAgain = async () => {
    while (!over) {
      const status = await ask(compute.path, { model: RANDOM_EXPERT, ...BATCH });
      if (status === 200) answered++;
      else lost++;
    }
  };
  const timed = async () => {
    const startedMs = performance.now();
    await ask(compute.path);
    return performance.now() - startedMs;
  };
  try {
    compute.grant(GRANT_W, 0);
    // Loads both experts: a load that has begun goes on in the dark, which is not what is measured.
    for (const model of ['faults', RANDOM_EXPERT]) await ask(compute.path, { model, max_tokens: 1 });
    for (let round = 0; round < rounds; round++) alone.push(await timed());
    const batch = Array.from({ length: BATCH_WIDTH }, askedAgain);
    for (let round = 0; round < rounds; round++) {
      compute.grant(GRANT_W);
      await inTheAct();
      later.push((await timed()) - alone[round]!);
      await inTheAct();
      compute.grant(GRANT_W, 0);
      dark.push(await engineStops());
    }
    over = true;
    compute.grant(GRANT_W);
    await Promise.all(batch);
  } finally {
    over = true;
    await compute.stop();
  }
  const rows = [
    figureOf('economy answers stop when the free watts go, worst', dark),
    figureOf(`a question behind ${BATCH_WIDTH} economy answers is answered later than alone, worst`, later),
  ];
  const whole = { figure: `economy answers lost, of ${answered + lost}`, value: lost, unit: '' };
  return [...rows, { ...whole, goal: '0', met: lost === 0 && answered > 0 }];
}

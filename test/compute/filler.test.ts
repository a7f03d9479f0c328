/** Which expert filler works with: what is in memory, else one that it may load. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import { startFiller } from '../../src/compute/filler.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { systemClock } from '../../src/core/clock.ts';
import { addExpert, residentsAlone, roomFor, silent, sleep, tempDir } from './fixture.ts';

const echo = createEchoEngine();
const scorer: Engine = {
  ...echo,
  load: async (spec) => ({
    ...(await echo.load(spec)),
    score: async () => ({ tokens: 10, logLikelihood: -1, cpuMs: 1 }),
  }),
};

test('an expert that the owner sent away is not loaded again to fill the time', async () => {
  const { dir, remove } = tempDir();
  for (const id of ['a', 'b']) addExpert(dir, id);
  const experts = scanExperts([dir]);
  const residents = residentsAlone(experts, () => scorer, roomFor(1e9), systemClock);
  const work = createWork(CARDS['rtx3090-8b-q4']!, systemClock);
  const filler = startFiller({ experts, residents, work, cpuShare: 1, clock: systemClock, log: silent });
  const scored = async (atLeast: number) => {
    for (let n = 0; n < 100 && work.totals().fillerTokens < atLeast; n++) {
      filler.tick();
      await sleep(10);
    }
    return [...work.byExpert().keys()].sort();
  };
  try {
    filler.allow({ tokensPerS: 1000, watts: 500, limit: 'watts' });
    assert.equal(await scored(30), ['a']);
    await residents.unload('a');
    await scored(work.totals().fillerTokens + 30);
    assert.equal([residents.resident('a'), residents.resident('b')], [false, true]);
  } finally {
    await filler.stop();
    await residents.close();
    remove();
  }
});

test.run();

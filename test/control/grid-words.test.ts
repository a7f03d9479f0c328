import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCosim } from '../../src/app/cosim.ts';
import { Config } from '../../src/core/config.ts';

const DIMMED_FROM_S = 3600;

test('while the grid leaves the accelerator no power, nobody is told that it computes', () => {
  const cosim = openCosim({
    config: Config.parse({}),
    dtS: 10,
    setPoints: { computeValueEurPerKwh: 1 },
    emsAt: (houseS) => (houseS >= DIMMED_FROM_S ? { limitW: 0 } : undefined),
  });
  const saidAfter = (untilS: number) => {
    let last = cosim.next();
    while (last.houseS < untilS) last = cosim.next();
    return { text: last.verdict!.reasons[0]!.text, grantW: last.verdict!.grantW };
  };
  assert.match(saidAfter(DIMMED_FROM_S - 60).text, /computing [1-9]\.\d kW of up to/);
  const dimmed = saidAfter(DIMMED_FROM_S + 600);
  assert.is(dimmed.grantW, 0);
  assert.match(dimmed.text, /the accelerator may not draw power now, although a kWh from/);
  assert.not.match(dimmed.text, /computing/);
});

test.run();

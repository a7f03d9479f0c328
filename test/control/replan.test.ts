import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRig, run, until } from './rig.ts';

test('another price is planned with at once, the same price once a minute', () => {
  const rig = createRig({ outdoorC: 2 });
  rig.setPoints.computeValueEurPerKwh = 0.1;
  run(rig, 90);
  const dearW = rig.verdict.fillerW;
  const sinceS = rig.state.planDueS;
  rig.market = { ...rig.market!, timeMs: 1 };
  run(rig, 5);
  assert.is(rig.verdict.fillerW, dearW);
  assert.ok(rig.state.planDueS > sinceS + 4, 'the same price is no news');
  rig.market = { ...rig.market!, priceEurPerKwh: 0.01 };
  const tookS = until(rig, 50, (v) => v.fillerW > dearW + 1000);
  assert.ok(tookS < 15, `${tookS} s, with the minute half over`);
});

test.run();

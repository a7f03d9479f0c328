import * as assert from 'uvu/assert';
import { computing, createRig, type Rig, run, until } from './rig.ts';

/** An accelerator at full power in a winter house, settled. */
export function fullLoad(): Rig {
  const rig = createRig();
  computing(rig);
  run(rig, 400);
  assert.ok(rig.values.accelW > 4500, `accelerator at ${rig.values.accelW} W`);
  assert.is(rig.verdict.safety, 'S0', rig.verdict.reasons.map((r) => r.text).join('\n'));
  return rig;
}

/** The heat pump runs. */
export function heating(): Rig {
  const rig = createRig({ bufferTopC: 30, bufferBottomC: 28 });
  rig.setPoints.computeOn = false;
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  run(rig, 30);
  assert.is(rig.verdict.outputs.compressorOn, 1);
  return rig;
}

export const allText = (rig: Rig) => rig.verdict.reasons.map((r) => r.text).join('\n');

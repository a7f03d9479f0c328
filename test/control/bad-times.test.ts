import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../src/contract/house.ts';
import { ACTUATOR_NAMES, SENSOR_NAMES } from '../../src/contract/points.ts';
import { initialState, step } from '../../src/control/step.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { createRig, followOutputs, imageOf, type Rig } from './rig.ts';

/**
 * What no clock should say and some do: time that stands, goes back, leaps by hours, is no number; images that come twice;
 * readings that are no numbers. Time that makes no sense does not pass; the rules of the machine count only what did.
 */
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const NONSENSE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

type Odd = 'double' | 'back' | 'gap' | 'dt' | 'clock' | 'readings' | 'house time';
const ODD: readonly Odd[] = ['double', 'back', 'gap', 'dt', 'clock', 'readings', 'house time'];

function randomRig(random: Random): Rig {
  const designLoadW = 4000 + 12_000 * random();
  const bufferTopC = 22 + 20 * random();
  const returnC = bufferTopC - 3;
  // As in CALM, but around the water of this house: what cannot be is told, and S1.
  const water = { bufferTopC, bufferBottomC: returnC, returnC, condenserOutC: returnC + 5, supplyC: returnC + 7 };
  const rig = createRig({ ...water, outdoorC: -10 + 25 * random(), roomC: 18 + 3 * random() });
  rig.house = House.parse({
    designLoadW,
    supplyDesignC: 32 + 20 * random(),
    compressorMaxW: designLoadW / (2.2 + random()),
    backupHeaterW: random() < 0.3 ? 0 : 6000,
    accelMaxW: 350 * pick(random, [2, 8, 14, 20]),
  });
  rig.state = initialState(rig.house);
  if (random() < 0.6) rig.want = { wantW: 5000, incomeEurPerKwh: 0.5, queued: 1 };
  rig.setPoints.mode = pick(random, ['heating', 'heating', 'auto', 'cooling', 'off']);
  return rig;
}

/** One call of step; `passed` is the time that really passed, s. */
function call(rig: Rig, odd: Odd | undefined, random: Random): number {
  let atMs = rig.atMs;
  let dtS = 0.1;
  let timeMs: number | undefined;
  if (odd === 'double') dtS = 0;
  else if (odd === 'back') {
    atMs -= 86_400_000 * random();
    dtS = pick(random, [0, -0.1, -3600]);
  } else if (odd === 'gap') {
    dtS = 3600 * (1 + 8 * random());
    atMs = rig.atMs += 1000 * dtS;
  } else if (odd === 'clock') atMs = pick(random, NONSENSE);
  else {
    atMs = rig.atMs += 100;
    if (odd === 'dt') dtS = pick(random, NONSENSE);
    if (odd === 'house time') timeMs = pick(random, [...NONSENSE, -1e15, 1e16]);
  }
  followOutputs(rig);
  const image = { ...imageOf({ ...rig, atMs }, rig.verdict.outputs), atMs };
  const sensors = { ...image.sensors };
  // No sensor of a living house stands quite still.
  for (const name of SENSOR_NAMES)
    if (name.endsWith('C')) sensors[name] = { ...sensors[name], value: sensors[name].value + 0.1 * (random() - 0.5) };
  if (odd === 'readings')
    for (const name of SENSOR_NAMES)
      if (random() < 0.3)
        sensors[name] = {
          ...sensors[name],
          ...(random() < 0.7 ? { value: pick(random, NONSENSE) } : { atMs: pick(random, NONSENSE) }),
        };
  const { setPoints, market, want, house, acknowledge } = rig;
  rig.acknowledge = undefined;
  const done = step(rig.state, {
    image: { ...image, sensors },
    dtS,
    setPoints,
    market,
    want,
    house,
    acknowledge,
    ...(timeMs !== undefined && { timeMs }),
  });
  rig.state = done.state;
  rig.verdict = done.verdict;
  return odd === 'gap'
    ? dtS
    : odd === undefined || odd === 'dt' || odd === 'readings' || odd === 'house time'
      ? 0.1
      : 0;
}

function allFinite(value: unknown, path = 'state'): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} = ${value}`);
  else if (typeof value === 'object' && value !== null)
    for (const [key, each] of Object.entries(value)) allFinite(each, `${path}.${key}`);
}

test('time that stands, goes back, leaps or is no number: sound outputs, finite state, rests kept, and all well again after it', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = seededRandom(4000 + seed);
    const rig = randomRig(random);
    for (let i = 0; i < 3500; i++) call(rig, undefined, random);
    let offS = rig.verdict.outputs.compressorOn ? 0 : 1e6;
    for (let i = 0; i < 1500; i++) {
      const odd = random() < 0.1 ? pick(random, ODD) : undefined;
      const [wasOn, wasCooling] = [rig.verdict.outputs.compressorOn, rig.verdict.outputs.coolingOn];
      offS = wasOn ? 0 : offS + call(rig, odd, random);
      if (wasOn) call(rig, odd, random);
      const { outputs } = rig.verdict;
      const where = `seed ${seed}, call ${i}, ${odd}`;
      for (const name of ACTUATOR_NAMES) assert.ok(Number.isFinite(outputs[name]), `${where}: ${name}`);
      allFinite(rig.state, where);
      if (!wasOn && outputs.compressorOn) assert.ok(offS > 170, `${where}: started after ${offS} s`);
      if (outputs.coolingOn !== wasCooling) assert.ok(offS > 170, `${where}: valve turned after ${offS} s`);
    }
    // Three trips within half an hour latch, whatever made them.
    for (let i = 0; i < 6200; i++) {
      if (i === 3100) rig.acknowledge = { by: 'owner' };
      call(rig, undefined, random);
    }
    assert.is(rig.verdict.safety, 'S0', `seed ${seed}: ${rig.verdict.reasons.map((r) => r.text).join('; ')}`);
  }
});

test('figures that are none count as not told, and never become state', () => {
  const random = seededRandom(77);
  for (let round = 0; round < 12; round++) {
    const rig = randomRig(random);
    for (let i = 0; i < 300; i++) {
      const none = () => (random() < 0.3 ? pick(random, NONSENSE) : random());
      rig.market = { timeMs: none(), priceEurPerKwh: none(), exportEurPerKwh: none(), modelled: true };
      rig.want = { wantW: 3000 * none(), incomeEurPerKwh: none(), queued: 1 };
      rig.setPoints = {
        ...rig.setPoints,
        roomSetC: 20 + none(),
        hotWaterSetC: 45 + none(),
        computeValueEurPerKwh: none(),
      };
      call(rig, undefined, random);
      for (const name of ACTUATOR_NAMES) assert.ok(Number.isFinite(rig.verdict.outputs[name]), name);
      assert.ok(Number.isFinite(rig.verdict.grantW) && rig.verdict.grantW >= 0);
      allFinite(rig.state);
    }
  }
});

test('the same image again changes nothing: no time has passed', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const rig = randomRig(random);
    for (let i = 0; i < 600 + 3000 * random(); i++) call(rig, undefined, random);
    const before = rig.verdict.outputs;
    for (let i = 0; i < 50; i++) call(rig, 'double', random);
    assert.equal(rig.verdict.outputs, before, `seed ${seed}`);
  }
});

test.run();

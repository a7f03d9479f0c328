import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { estimate, estimateStart } from '../../src/control/estimate.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { createRig, imageOf } from './rig.ts';

/** Coolant sensors while the power swings: a loop of any mass up to the largest that is assumed, 5 kJ/K a kW. */
interface Swings {
  maxW: number;
  flowLpm: number;
  /** Heat held by the loop as a share of the largest. */
  massShare: number;
  /** From one level to the next after so long, s. */
  halfS: number;
  powerW: (random: Random, high: boolean) => number;
  /** Least that the sensors tell apart, K. */
  stepK: number;
  /** Amplitude of the inlet, K. */
  inletK: number;
  /** Water of another temperature enters now and then, by up to 15 K and for up to 40 s. */
  plugs?: true;
  seconds: number;
  seed: number;
  /** What is told as outlet, by true inlet and outlet; the truth when left out. */
  lie?: (inC: number, outC: number) => number;
}

const SOUND_S = 400;
/** From inlet to outlet, s. */
const TRANSPORT_S = 4;
const W_PER_LPM_K = 64;

/** First word of a stuck coolant sensor, seconds after it began to lie or, where none does, after the start. */
function stuckToldS(o: Swings): number | undefined {
  const random = seededRandom(o.seed);
  const rig = createRig();
  rig.house = { ...rig.house, accelMaxW: o.maxW };
  const noiseK = o.plugs ? 0 : 0.06;
  const told = (c: number) => Math.round((c + noiseK * (random() - 0.5)) / o.stepK) * o.stepK;
  let state = estimateStart();
  let [powerW, targetW, nextS, high] = [0, 0, 0, false];
  let outC = 40;
  let [plugFromS, plugToS, plugK] = [60, 60, 0];
  const entered: number[] = [];
  for (let s = 0; s < SOUND_S + o.seconds; s += 0.1) {
    if (s >= nextS) [targetW, nextS, high] = [o.powerW(random, high), s + o.halfS, !high];
    powerW += 0.1 * (targetW - powerW);
    if (o.plugs && s >= plugToS) {
      plugFromS = s + 60 + 400 * random();
      plugToS = plugFromS + 2 + 38 * random() ** 2;
      plugK = 30 * (random() - 0.5);
    }
    const inC = 40 + o.inletK * Math.sin((2 * Math.PI * s) / 900) + (s >= plugFromS && s < plugToS ? plugK : 0);
    entered.push(inC);
    const leavesC = entered.at(-1 - 10 * TRANSPORT_S) ?? inC;
    const lagS = (5000 * (o.maxW / 1000) * o.massShare) / (W_PER_LPM_K * o.flowLpm);
    outC += (leavesC + powerW / (W_PER_LPM_K * o.flowLpm) - outC) * (1 - Math.exp(-0.1 / lagS));
    const outlet = o.lie && s >= SOUND_S ? o.lie(told(inC), told(outC)) : told(outC);
    Object.assign(rig.values, { accelW: powerW, accelFlowLpm: o.flowLpm, accelInC: told(inC), accelOutC: outlet });
    rig.atMs += 100;
    const next = estimate(state, imageOf(rig, { ...rig.verdict.outputs, accelSupplyOn: 1 }), rig.house, 0.1, 0.1);
    state = next.state;
    const said = [next.est.accelInC, next.est.accelOutC].some((e) => e.reason?.includes('stuck'));
    if (said) return o.lie ? s - SOUND_S : s;
  }
  return undefined;
}

test('F2: an outlet that stands some kelvins above the inlet is told although the power swings to and fro', () => {
  for (const stepK of [0.1, 0.5])
    for (const massShare of [0.1, 1])
      for (const [aboveK, halfS] of [3, 8].flatMap((k) => [20, 40, 90].map((h) => [k, h] as const))) {
        let stuckC: number | undefined;
        const lie = (inC: number) => {
          stuckC ??= inC + aboveK;
          return stuckC;
        };
        const swing = {
          powerW: (_: Random, high: boolean) => (high ? 1000 : 5000),
          inletK: 0.3,
          seconds: 200,
          seed: 5,
        };
        const toldS = stuckToldS({ maxW: 5000, flowLpm: 5, massShare, halfS, stepK, lie, ...swing });
        const where = `${aboveK} K above, every ${halfS} s, steps of ${stepK} K, mass ${massShare}`;
        assert.ok(toldS !== undefined && toldS >= 0 && toldS <= 100, `${where}: ${toldS} s`);
      }
});

for (const plugs of [undefined, true] as const)
  test(`sound coolant sensors of any loop, step and swing of power are believed${plugs ? ', also while water of another temperature is under way' : ', also from the start of a hot one'}`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const maxW = 500 + 7000 * random();
      const least = 0.3 * random();
      const powerW = (r: Random, high: boolean) => maxW * (high ? least * r() : 0.5 + 0.5 * r());
      const told = stuckToldS({
        maxW,
        flowLpm: (maxW / 5000) * (3 + 15 * random()),
        massShare: 0.05 + 0.95 * random(),
        halfS: 5 + 200 * random() ** 2,
        powerW,
        stepK: [0.0625, 0.1, 0.25, 0.5, 1][Math.floor(5 * random())]!,
        inletK: 6 * random() ** 2,
        seconds: 800,
        seed,
        ...(plugs && { plugs }),
      });
      assert.is(told, undefined, `seed ${seed}: after ${told} s`);
    }
  });

test.run();

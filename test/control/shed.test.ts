import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import type { Limits } from '../../src/control/grid/limit.ts';
import { AUX_W } from '../../src/control/grid/meter.ts';
import { SHED_START, shedStep } from '../../src/control/grid/shed.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

/** A compressor whose power at full speed and shape are its own, behind a drive that takes 30 s for its range. */
interface Machine {
  ratedW: number;
  fullW: number;
  exponent: number;
  /** It draws this share of its power until it warms up, within a minute, from half a minute after the limit on. */
  coldShare?: number;
}
const LIMIT_W = 4200;
const GUARANTEED: Limits = {
  unitW: LIMIT_W,
  pumpW: LIMIT_W,
  quickW: LIMIT_W,
  fuseW: Number.POSITIVE_INFINITY,
  code: 'grid-dimmed',
  why: 'test',
};

/** Watts of the compressor, percent ordered and cap of the accelerator each 0.1 s; the limit comes at 300 s. */
function dimmed(m: Machine, seconds: number, accelW = 0) {
  const house = { ...HOUSE, compressorMaxW: m.ratedW };
  const rig = createRig();
  const decided = { ...rig.verdict.outputs, compressorOn: 1, compressorPct: 100, accelCapW: 5000, accelSupplyOn: 1 };
  let state = SHED_START;
  let outputs = decided;
  let turnsPct = 0;
  const seen: { t: number; compressorW: number; pct: number; capW: number; on: number }[] = [];
  for (let t = 0; t < seconds; t += 0.1) {
    const aimPct = outputs.compressorOn * outputs.compressorPct;
    turnsPct = aimPct === 0 ? 0 : turnsPct + Math.min(0.33, Math.max(-0.33, aimPct - turnsPct));
    const warmth = Math.min(1, Math.max(0, (t - 330) / 60));
    const share = (m.coldShare ?? 1) + (1 - (m.coldShare ?? 1)) * warmth;
    const compressorW = share * m.fullW * (turnsPct / 100) ** m.exponent;
    const input = {
      image: imageOf(rig, outputs),
      dtS: 0.1,
      setPoints: DEFAULT_SETPOINTS,
      market: MARKET,
      want: undefined,
    };
    const est = estOf({ compressorW, accelW: Math.min(accelW, outputs.accelCapW) });
    const facts = { est, input: { ...input, house }, frost: false, realS: 0.1 };
    const done = shedStep(state, t < 300 ? null : GUARANTEED, decided, facts);
    state = done.state;
    outputs = done.outputs;
    seen.push({
      t: t - 300,
      compressorW,
      pct: outputs.compressorPct,
      capW: outputs.accelCapW,
      on: outputs.compressorOn,
    });
  }
  return seen.filter((x) => x.t >= 0);
}

test('§ 14a: a compressor that draws less than its rating is not slowed for its rating: 4.2 kW are watts', () => {
  const all = dimmed({ ratedW: 9000, fullW: 3900, exponent: 1 }, 420);
  assert.ok(
    all.every((x) => x.pct > 97),
    `${Math.min(...all.map((x) => x.pct))} %`,
  );
});

test('§ 14a: a compressor of 15 kW that runs slowly at 2.4 kW may run again; by its rating it could not', () => {
  const all = dimmed({ ratedW: 15_000, fullW: 8000, exponent: 1 }, 600);
  assert.ok(all.filter((x) => x.t > 2).every((x) => x.compressorW <= LIMIT_W - AUX_W));
  assert.ok(all.at(-1)!.compressorW > 0.9 * (LIMIT_W - AUX_W), `${all.at(-1)!.compressorW} W of what is guaranteed`);
  const never = dimmed({ ratedW: 15_000, fullW: 15_000, exponent: 1 }, 400);
  assert.is(never.at(-1)!.on, 0, 'one that draws more at its least speed stops');
});

/** Longest time in a row above `watts`. */
function longestS(all: ReturnType<typeof dimmed>, watts: number): number {
  let s = 0;
  let longest = 0;
  for (const x of all) {
    s = x.compressorW > watts ? s + 0.1 : 0;
    longest = Math.max(longest, s);
  }
  return longest;
}

test('§ 14a, property: whatever the shape of its power, it is never above the limit for more than 2 s, and uses it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4000, max: 12_000 }),
      fc.double({ min: 0.4, max: 1, noNaN: true }),
      fc.double({ min: 0.8, max: 1.6, noNaN: true }),
      (ratedW, share, exponent) => {
        const m = { ratedW, fullW: ratedW * share, exponent };
        const all = dimmed(m, 700);
        const pumpW = LIMIT_W - AUX_W;
        const least = Math.min(m.fullW, 0.9 * pumpW);
        // At its least speed it may draw more than the limit leaves: then it stands still.
        const stops = m.fullW * 0.3 ** exponent > pumpW;
        return longestS(all, 1.02 * pumpW) <= 2 && (stops || all.at(-1)!.compressorW >= least - 1);
      },
    ),
    { seed: 14, numRuns: 60 },
  );
});

test('§ 14a, property: a machine that draws up to three fifths more at the same speed while it warms up keeps the limit, and uses it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4500, max: 9000 }),
      fc.double({ min: 0.6, max: 1, noNaN: true }),
      fc.double({ min: 0.8, max: 1.6, noNaN: true }),
      (ratedW, coldShare, exponent) => {
        const late = dimmed({ ratedW, fullW: 0.95 * ratedW, exponent, coldShare }, 520).filter((x) => x.t > 45);
        const pumpW = LIMIT_W - AUX_W;
        const most = Math.max(...late.map((x) => x.compressorW));
        return most <= 1.01 * pumpW && late.at(-1)!.compressorW > 0.85 * pumpW;
      },
    ),
    { seed: 15, numRuns: 30 },
  );
});

test('§ 14a: the accelerator gives way first and at once', () => {
  const all = dimmed({ ratedW: 4000, fullW: 3000, exponent: 1 }, 330, 5000);
  assert.ok(all[0]!.capW <= LIMIT_W - 3000 - AUX_W, `${all[0]!.capW} W`);
  assert.ok(
    all.every((x) => x.pct > 97),
    'the pump keeps its speed',
  );
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { ACTUATOR_NAMES, type Outputs, SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { initialState, step } from '../../src/control/step.ts';
import { Config, parseConfig } from '../../src/core/config.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { createRig, imageOf, MARKET } from '../control/rig.ts';

const SEED = 20261126;
const FILES = 10_000;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const WILD = [
  null,
  '',
  'x',
  '22:00',
  true,
  [],
  {},
  -1,
  0,
  1,
  1e9,
  -1e9,
  0.5,
  Number.MAX_SAFE_INTEGER,
  '1e400',
  '__proto__',
];

/** A config with some leaves bent: scaled, of another type, left out, or joined by a key that nobody knows. */
function bent(random: Random, node: unknown, rate: number): unknown {
  if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
    const next: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(node)) if (random() > rate / 4) next[key] = bent(random, value, rate);
    if (random() < rate / 20) next[pick(random, ['constructor', 'hause', 'toString', ''])] = pick(random, WILD);
    return next;
  }
  if (random() > rate) return node;
  if (typeof node === 'number' && random() < 0.7) return node * 2 ** (4 * random() - 2) * (random() < 0.1 ? -1 : 1);
  return pick(random, WILD);
}

/** Physical bounds that no file may leave, whatever it says. */
function within({ house }: Config): boolean {
  return (
    house.coolantMaxC <= 80 &&
    house.chipMaxC <= 95 &&
    house.bufferMaxC <= 85 &&
    house.heatPumpMaxC <= 75 &&
    house.accelMaxW <= 20_000
  );
}

/** A minute of control in this house: outputs are numbers, and nothing is thrown. */
function runs({ house, grid }: Config): void {
  const rig = createRig({ bufferTopC: 28, bufferBottomC: 27 });
  let state = initialState(house);
  let outputs: Outputs = { ...SAFE_OUTPUTS };
  for (let i = 0; i < 60; i++) {
    rig.atMs += 1000;
    const input = {
      image: imageOf(rig, outputs),
      dtS: 1,
      setPoints: DEFAULT_SETPOINTS,
      market: MARKET,
      want: undefined,
    };
    const done = step(state, { ...input, house, grid });
    state = done.state;
    outputs = done.verdict.outputs;
    for (const name of ACTUATOR_NAMES) assert.ok(Number.isFinite(outputs[name]), `${name}: ${JSON.stringify(house)}`);
    assert.ok(outputs.accelCapW <= house.accelMaxW, `${outputs.accelCapW} W of ${house.accelMaxW} W`);
  }
}

test('F30: 10,000 hostile configs: refused with a place and a reason, or within the hard limits and fit to run', () => {
  const random = seededRandom(SEED);
  const sound = JSON.parse(JSON.stringify(Config.parse({})));
  let taken = 0;
  let ran = 0;
  for (let i = 0; i < FILES; i++) {
    const text = JSON.stringify(bent(random, sound, pick(random, [0.005, 0.02, 0.3])));
    try {
      const config = parseConfig(text, 'config.yaml');
      taken++;
      assert.ok(within(config), text);
      if (taken % 10 !== 0) continue;
      ran++;
      runs(config);
    } catch (error) {
      if (!(error instanceof HeatmineError)) throw error;
      assert.is(error.code, 'CONFIG_INVALID');
      assert.ok(error.message.startsWith('config.yaml:') && error.message.length > 20, error.message);
    }
  }
  assert.ok(taken > FILES / 20 && taken < FILES, `${taken} of ${FILES} taken`);
  assert.ok(ran > 50, `${ran} run`);
  console.log(`F30: ${taken} of ${FILES} taken, ${ran} of them run for a minute`);
});

test.run();

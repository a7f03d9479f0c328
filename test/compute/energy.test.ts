import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { watchEnergy } from '../../src/compute/energy.ts';
import { CARDS } from '../../src/contract/cards.ts';
import type { ControlState } from '../../src/contract/messages.ts';
import { manualClock } from '../../src/core/clock.ts';

const card = { ...CARDS['rtx3090-8b-q4']!, measured: false };

function unit() {
  const clock = manualClock();
  const tokens = new Map<string, number>();
  let hear = (_: ControlState) => {};
  const link = {
    on(_: string, listener: never) {
      hear = listener;
    },
  };
  const energy = watchEnergy({ link, tokens: () => tokens, card, clock });
  const second = (
    watts: number | null,
    made: Record<string, number>,
    more: { simulated?: boolean; ms?: number } = {},
  ) => {
    for (const [id, n] of Object.entries(made)) tokens.set(id, (tokens.get(id) ?? 0) + n);
    clock.advance(more.ms ?? 1000);
    const accelW = { value: watts, quality: watts === null ? 'missing' : 'good', ageMs: 0 };
    hear({ simulated: more.simulated ?? false, sensors: { accelW } } as unknown as ControlState);
  };
  return { energy, second };
}

test('each expert has the joules of the seconds in which it computed, shared by tokens where two did', () => {
  const { energy, second } = unit();
  second(300, {});
  for (let i = 0; i < 20; i++) second(300, { small: 200 });
  for (let i = 0; i < 20; i++) second(600, { large: 100 });
  assert.equal(energy('small'), { tokens: 4000, joules: 6000, jPerToken: 1.5, energyFrom: 'expert' });
  assert.equal(energy('large'), { tokens: 2000, joules: 12_000, jPerToken: 6, energyFrom: 'expert' });
  second(500, {});
  assert.is(energy('small').jPerToken, 1.5, 'idle seconds are nobody’s');
  second(400, { small: 100, large: 100 });
  assert.ok(Math.abs(energy('small').joules - 6200) < 1e-6);
  assert.ok(Math.abs(energy('large').joules - 12_200) < 1e-6);
});

test('the published figure, said to be modelled, where nothing could be measured', () => {
  for (const { watts, more, made = 200 } of [
    { watts: 300, more: { simulated: true } },
    { watts: null, more: {} },
    // Control was silent: what it reads now says nothing of the time before.
    { watts: 300, more: { ms: 60_000 } },
    { watts: 300, more: {}, made: 10 },
  ]) {
    const { energy, second } = unit();
    for (let i = 0; i < 20; i++) second(watts, { one: made }, more);
    const { jPerToken, energyFrom, tokens } = energy('one');
    assert.equal([jPerToken, energyFrom, tokens], [card.jPerToken, 'modelled', 20 * made]);
  }
  assert.is(unit().energy('nobody').joules, 0);
});

test.run();

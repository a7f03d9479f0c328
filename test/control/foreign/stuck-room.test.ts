import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSound, type Line, type Ran, run, type Spoil } from './lived.ts';

const DAY_S = 86_400;
const STEP_S = 900;

/** `roomC` shows `shown` from `fromS` on, for so long. */
const frozen =
  (fromS: number, forS: number, shown: (line: Line, k: number) => unknown): Spoil =>
  (line, k) => {
    const t = line.t as number;
    return [JSON.stringify(t >= fromS && t < fromS + forS ? { ...line, roomC: shown(line, k) } : line)];
  };
const lived = (days: number, spoil: Spoil) => run(days, () => STEP_S, spoil);
const taken = ({ answers }: Ran) => answers.map((a) => a.reasons.join().includes('taken for a stuck sensor'));

test('a room that seems to stand still below its band, once the house is learnt: noticed, not overheated, and back when it moves', () => {
  const ran = lived(
    7,
    frozen(4 * DAY_S, DAY_S, () => 19.3),
  );
  assertSound(ran);
  assert.ok(ran.warmestC < 25, `${ran.warmestC} °C`);
  const said = taken(ran);
  assert.ok(said.slice(4 * 96, 5 * 96).filter(Boolean).length > 80);
  assert.not.ok(said.slice(0, 4 * 96).some(Boolean) || said.slice(5 * 96).some(Boolean));
  assert.match(ran.answers[4 * 96 + 90]!.reasons.join(), 'roomC has stood at 19.30 °C');
  const stuck = ran.state.learned.samples.filter(({ roomC }) => roomC !== null && Math.abs(roomC - 19.3) < 1e-9);
  assert.ok(stuck.length <= 2, `${stuck.length} samples of the stuck sensor would be learnt from`);
});

test('a room that seems to stand still at its upper edge, within a last digit that flickers: it does not freeze', () => {
  const ran = lived(
    7,
    frozen(4 * DAY_S, DAY_S, (_, k) => 22.8 + [0, 0.1, -0.1][k % 3]!),
  );
  assert.ok(taken(ran).some(Boolean));
  assert.ok(ran.coldKh < 6, `${ran.coldKh} K h`);
});

test('a sensor that never moves from the first line on: noticed before anything is learnt', () => {
  const ran = lived(
    3,
    frozen(0, 1.5 * DAY_S, () => 19.5),
  );
  assert.ok(ran.warmestC < 25, `${ran.warmestC} °C`);
  assert.ok(taken(ran).some(Boolean));
});

for (const stepK of [0.5, 1])
  test(`a sensor that rounds to ${stepK} K, and one that moves only every ${stepK} K, is no stuck one`, () => {
    const rounded = lived(6, (line) => [
      JSON.stringify({ ...line, roomC: Math.round((line.roomC as number) / stepK) * stepK }),
    ]);
    let shownC = Number.NaN;
    const lazy = lived(6, (line) => {
      const roomC = line.roomC as number;
      if (!(Math.abs(roomC - shownC) < stepK)) shownC = roomC;
      return [JSON.stringify({ ...line, roomC: shownC })];
    });
    for (const ran of [rounded, lazy]) {
      assert.not.ok(taken(ran).some(Boolean));
      assert.ok(ran.coldKh < 8 * stepK && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
    }
  });

test('a sensor that shows 0 °C for a day is not believed, as no room falls so far: neither frost nor heat without end', () => {
  const ran = lived(
    5,
    frozen(3 * DAY_S, DAY_S, () => 0),
  );
  assert.ok(ran.warmestC < 23.5, `${ran.warmestC} °C`);
  assert.not.ok(ran.answers.some((a) => a.reasons.join().includes('frost')));
});

test('a room that shows the weather for a day, as when two sensors are swapped, is not believed', () => {
  const ran = lived(
    5,
    frozen(3 * DAY_S, DAY_S, (line) => line.outdoorC),
  );
  assert.ok(ran.warmestC < 23.5 && ran.coldKh < 3, `${ran.warmestC} °C, ${ran.coldKh} K h`);
});

test('a room that shows anything at all for a day is believed only where it may be true', () => {
  const ran = lived(
    5,
    frozen(3 * DAY_S, DAY_S, (_, k) => -30 + 80 * ((k * 0.618) % 1)),
  );
  assert.ok(ran.warmestC < 27 && ran.coldKh < 6, `${ran.warmestC} °C, ${ran.coldKh} K h`);
});

test.run();

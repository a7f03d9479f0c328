import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { assertSound, run } from './lived.ts';

test('a thermometer that errs by 0.05 K each second does not chase the compressor nor its set-point', () => {
  const random = seededRandom(3);
  const err = () => 0.1 * (random() + random() - 1);
  const ran = run(
    1 / 6,
    () => 1,
    (line) => {
      const lowC = Math.floor((line.t as number) / 1800) % 2 ? 21.5 : 20;
      const roomC = (line.roomC as number) + err();
      return [
        JSON.stringify({ ...line, roomC, outdoorC: (line.outdoorC as number) + err(), comfort: { lowC, highC: 24 } }),
      ];
    },
  );
  assertSound(ran);
  const changes = (moved: (k: number) => boolean) => ran.answers.filter((_, k) => k > 0 && moved(k)).length;
  const { answers } = ran;
  const speeds = changes((k) => Math.abs(answers[k]!.compressor - answers[k - 1]!.compressor) > 0.02);
  const sets = changes((k) => Math.abs(answers[k]!.supplySetC - answers[k - 1]!.supplySetC) > 1);
  assert.ok(speeds <= 60 && sets <= 60, `${speeds} changes of speed, ${sets} of the set-point in 4 h`);
  assert.ok(
    answers.some((a) => a.compressor > 0 && a.compressor < 0.95),
    'part speed was asked for',
  );
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createDoor } from '../../src/compute/door.ts';
import { createPower } from '../../src/compute/power.ts';
import { stateOf } from '../../src/compute/publish.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { ComputeState } from '../../src/contract/messages.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { grantOf, loopOf, residentsAlone, roomFor } from './fixture.ts';

const MOST_BYTES = 48 * 1024;
const card = CARDS['rtx3090-8b-q4']!;

function stateWith(count: number, char: string) {
  const power = { now: () => ({ ...grantOf(0, 0, char.repeat(400)).value, workW: 0, freeW: 0 }) };
  const expert = (n: number) => ({
    ...{ id: `${n}${char.repeat(250)}`, title: char.repeat(120), engine: 'upstream', resident: false },
    ...{ sizeBytes: 123_456_789_012, passes: false, note: char.repeat(400) },
  });
  const catalogue = { states: () => Array.from({ length: count }, (_, n) => expert(n)) };
  const filler = {
    cpuShare: () => 0,
    breeding: () => undefined,
  };
  const parts = {
    config: Config.parse({}),
    card: { ...card, measured: false },
    catalogue,
    power,
    filler,
    command: { running: () => false },
    pool: { told: { text: 'CPU: no GPU is here' } },
    door: { questions: () => 0, economy: () => ({ active: 0, deferred: 0 }) },
  };
  const work = createWork(card, systemClock);
  const residents = residentsAlone([], () => undefined, roomFor(0), systemClock);
  const door = createDoor({ power: createPower(systemClock, 0), work, clock: systemClock, width: 1 });
  const { plan } = loopOf({ power: { ...power, onChange() {} }, work, door, residents });
  return ComputeState.parse(stateOf({ ...parts, work }, plan));
}

test('the largest state fits a packet of the broker, whatever the experts are called', () => {
  for (const char of ['x', 'ü', '漢', '\u0001', '\ud800', '"']) {
    const state = stateWith(1000, char);
    const bytes = Buffer.byteLength(JSON.stringify(state));
    assert.ok(bytes < MOST_BYTES, `${JSON.stringify(char)}: ${bytes} bytes`);
    assert.ok(state.experts.length > 16, `${state.experts.length} of ${JSON.stringify(char)}`);
  }
});

test('64 experts with plain texts are published, the first ones, with short texts', () => {
  const { experts } = stateWith(125, 'x');
  assert.is(experts.length, 64);
  assert.match(experts[63]!.id, /^63x/);
  assert.equal([experts[0]!.title.length, experts[0]!.note!.length], [80, 160]);
  assert.is(stateWith(3, 'x').experts.length, 3);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ForeignState, foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { known, run } from './lived.ts';

const HOUR_S = 3600;
const through = (state: ForeignState): ForeignState => JSON.parse(JSON.stringify(state));

/** Silent, stuck and lost room sensors, a gap, no water for a day, spoilt lines and the clock set back. */
function troubledDays(): string[] {
  const texts: string[] = [];
  const stepS = (k: number) => (k === 300 ? 6 * HOUR_S : 600);
  run(5, stepS, (line, k) => {
    const { roomC, supplyC, ...rest } = line;
    const room = k > 350 && k < 420 ? 20.5 : roomC;
    const silent = (k > 60 && k < 80) || (k > 500 && k < 520);
    const text = JSON.stringify({ ...rest, ...(!silent && { roomC: room }), ...(k < 144 && { supplyC }) });
    const sent = k % 97 === 5 ? [text, 'rubbish', JSON.stringify({ t: 5 })] : [text];
    texts.push(...sent);
    return sent;
  });
  return texts;
}

test('a state is plain JSON: kept as text and read again after any line, it is the same and goes on the same', () => {
  let state = foreignStart(known);
  let read = state;
  troubledDays().forEach((text, i) => {
    const step = foreignStep(known, state, text);
    const again = foreignStep(known, read, text);
    assert.equal(again.out, step.out, `line ${i}`);
    state = step.state;
    read = again.state;
    if (i % 20 > 0) return;
    read = through(state);
    assert.equal(read, state, `line ${i}`);
  });
  assert.ok(state.learned.fit.count > 2, 'the house was learnt');
  assert.ok(
    state.learned.samples.some((s) => s.roomC === null),
    'a reading was missing',
  );
});

test.run();

/** A question whose engine was lost is asked once more, as long as no word of its answer was said. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { againIfLost } from '../../src/compute/again.ts';
import type { AnswerEnd, AnswerPart } from '../../src/compute/answer.ts';
import { EngineLost } from '../../src/compute/engine-child/failures.ts';

const START: AnswerPart = { type: 'start', expert: 'x', why: '', tier: 'standard', eurPerMtoken: 1, power: '' };
const end = { finish: 'stop' } as AnswerEnd;

/** The n-th time it is asked it says so many parts of an answer of three, and is lost if these are not all. */
function asked(...saying: number[]) {
  let times = 0;
  const ask = async function* (): AsyncGenerator<AnswerPart, AnswerEnd> {
    const most = saying[times++]!;
    const parts = [START, { type: 'chunk', text: 'a' }, { type: 'chunk', text: 'b' }] satisfies AnswerPart[];
    yield* parts.slice(0, most);
    if (most < parts.length) throw new EngineLost('gone');
    return end;
  };
  return { said: againIfLost(ask), times: () => times };
}

async function heard(said: AsyncGenerator<AnswerPart, AnswerEnd>): Promise<string> {
  let words = '';
  try {
    for (let step = await said.next(); ; step = await said.next()) {
      if (step.done) return `${words}.`;
      words += step.value.type === 'start' ? '<' : step.value.text;
    }
  } catch (error) {
    return `${words} ${(error as Error).message}`;
  }
}

test('lost before the start, or after it and before the first word: once more, and the start is told once', async () => {
  assert.is(await heard(asked(0, 3).said), '<ab.');
  assert.is(await heard(asked(1, 3).said), '<ab.');
});

test('lost after the first word, or twice: told', async () => {
  const late = asked(2, 3);
  assert.is(await heard(late.said), '<a gone');
  assert.is(late.times(), 1);
  const twice = asked(1, 1, 3);
  assert.is(await heard(twice.said), '< gone');
  assert.is(twice.times(), 2);
});

test.run();

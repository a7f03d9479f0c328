import type { AnswerEnd, AnswerPart } from './answer.ts';
import { EngineLost } from './engine-child/failures.ts';

/** Another model's crash costs a question of whose answer no word was said only the time to load again. */
export async function* againIfLost(
  ask: () => AsyncGenerator<AnswerPart, AnswerEnd>,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  let started = false;
  let begun = false;
  for (let isAgain = false; ; isAgain = true) {
    const said = ask();
    try {
      for (let step = await said.next(); ; step = await said.next()) {
        if (step.done) return step.value;
        const isStart = step.value.type === 'start';
        begun ||= !isStart;
        // Told once.
        if (!isStart || !started) yield step.value;
        started ||= isStart;
      }
    } catch (error) {
      if (begun || isAgain || !(error instanceof EngineLost)) throw error;
    } finally {
      await said.return(undefined as unknown as AnswerEnd);
    }
  }
}

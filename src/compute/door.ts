import type { Power } from './power.ts';
import { Refusal } from './refusal.ts';
import { admit } from './scheduler/power.ts';
import type { Work } from './work.ts';

/** Where questions come in: counted, admitted or refused with a reason and a time to come back. */
export interface Door {
  /** Waits for the first grant of this boot, then admits. Call the result exactly once, when the question is done. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Waiting in a lane may take longer than a grant lasts. @throws Refusal */
  recheck(): void;
  /** Being answered, waiting, or at the door. */
  questions(): number;
}

export interface DoorParts {
  power: Power;
  work: Work;
  /** Called when a question arrives: filler gives way, and control hears of the demand. */
  onQuestion(): void;
}

export function createDoor({ power, work, onQuestion }: DoorParts): Door {
  let arrived = 0;
  let admitted = 0;
  const check = (queued: number) => {
    const { watts: grantW, reason } = power.now();
    const { answerS } = work.totals();
    const admission = admit({ grantW, grantText: reason.text, owedJ: work.owedJ(), queued, answerS });
    if (!admission.admitted) throw new Refusal(admission.code, admission.text, admission.retryAfterS);
  };
  return {
    async enter(signal) {
      arrived++;
      onQuestion();
      try {
        await power.first(signal);
        check(admitted);
      } catch (error) {
        arrived--;
        throw error;
      }
      admitted++;
      return () => {
        arrived--;
        admitted--;
      };
    },
    recheck: () => check(0),
    questions: () => arrived,
  };
}

import type { Clock } from '../core/clock.ts';
import type { Door } from './door.ts';
import type { Power } from './power.ts';
import { GATE_START, type GateVerdict, gateStep } from './scheduler/gate.ts';
import type { Work } from './work.ts';

interface GateParts {
  door: Pick<Door, 'questions' | 'economy'>;
  power: Pick<Power, 'now'>;
  work: Pick<Work, 'owedJ'>;
  /** Of all cards, powered without work. */
  idleW: number;
  clock: Clock;
}

/** The power gate with its clock. */
export interface Gate {
  /** What holds now. */
  look(): GateVerdict;
}

export function createGate({ door, power, work, idleW, clock }: GateParts): Gate {
  let state = GATE_START;
  let lastMs = clock.monoMs();
  return {
    look() {
      const nowMs = clock.monoMs();
      const { watts, workW, fillerW } = power.now();
      const { active, deferred } = door.economy();
      const next = gateStep(state, {
        dtS: (nowMs - lastMs) / 1000,
        questions: door.questions() + active,
        deferred,
        owedJ: work.owedJ(),
        grantW: watts,
        workW,
        paidW: Math.min(fillerW, watts),
        idleW,
      });
      lastMs = nowMs;
      state = next.state;
      return next.verdict;
    },
  };
}

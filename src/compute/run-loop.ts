import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Command } from './command.ts';
import type { Door } from './door.ts';
import type { Filler } from './filler.ts';
import type { Power } from './power.ts';
import type { Residents } from './residents-use.ts';
import { type Cards, type Plan, SCHEDULE_START, schedule } from './scheduler/schedule.ts';
import type { Work } from './work.ts';

/** How often `tick` is to be called. */
export const TICK_MS = 200;

export interface LoopParts {
  cards: Cards;
  power: Pick<Power, 'now' | 'onChange'>;
  work: Pick<Work, 'owedJ' | 'soldJ' | 'tick'>;
  door: Pick<Door, 'facts' | 'apply' | 'onChange'>;
  residents: Pick<Residents, 'memory' | 'apply' | 'onChange' | 'borrow'>;
  filler: Pick<Filler, 'allow' | 'tick' | 'capacity' | 'cpuMsPerToken'>;
  command: Pick<Command, 'run'>;
  clock: Clock;
  log: Log;
  /** The wish has changed in a way that control should hear of at once. */
  tell(plan: Plan): void;
}

/** The one loop of compute: gathers the facts, has `scheduler/schedule.ts` decide, and does what it says. */
export interface RunLoop {
  /** What holds now. */
  readonly plan: Plan;
  /** Time has passed. Between two ticks whatever changes is looked at as it comes. */
  tick(): void;
}

export function createRunLoop(parts: LoopParts): RunLoop {
  const { cards, power, work, door, residents, filler, command, clock } = parts;
  const ahead = createLoader(parts);
  let state = SCHEDULE_START;
  let lastMs = clock.monoMs();
  let plan = decide();
  let [looking, again, newAsker] = [false, false, false];

  function decide(): Plan {
    const nowMs = clock.monoMs();
    const { watts, workW, fillerW } = power.now();
    const next = schedule(state, cards, {
      dtS: (nowMs - lastMs) / 1000,
      ...door.facts(),
      ...{ workW, paidW: Math.min(fillerW, watts), soldJ: work.soldJ() },
      ...{ cpuMsPerToken: filler.cpuMsPerToken(), fillerTokensPerS: filler.capacity() },
      memory: ahead.memory(),
    });
    lastMs = nowMs;
    state = next.state;
    return next.plan;
  }

  function look(asked: boolean): void {
    again = true;
    newAsker ||= asked;
    if (looking) return;
    const before = plan.gate.do;
    looking = true;
    try {
      // Doing what the plan says may change what it was made from.
      while (again) act();
    } finally {
      looking = false;
    }
    if (newAsker || plan.gate.do !== before) parts.tell(plan);
    newAsker = false;
  }

  function act(): void {
    again = false;
    plan = decide();
    // Whoever has to stop does so before anybody begins.
    filler.allow(plan.filler);
    command.run(plan.command);
    door.apply(plan);
    residents.apply(plan.residency);
    ahead.load(plan.prefetch);
  }

  power.onChange(() => look(false));
  door.onChange(look);
  residents.onChange(() => look(false));
  return {
    get plan() {
      return plan;
    },
    tick() {
      work.tick(power.now().workW);
      look(false);
      filler.tick();
    },
  };
}

/** Loads ahead what the plan names. Nobody waits and there is room, both as of this step: nothing makes room for it. */
function createLoader({ residents, log }: Pick<LoopParts, 'residents' | 'log'>) {
  /** One that failed is left to whoever asks for it. */
  const failed = new Set<string>();
  return {
    memory() {
      const memory = residents.memory();
      return { ...memory, absent: () => memory.absent().filter(({ id }) => !failed.has(id)) };
    },
    load({ load, reason }: Plan['prefetch']) {
      if (load === undefined) return;
      log.info({ expert: load }, reason.text);
      residents.borrow(load).then(
        ({ release }) => release(),
        (error) => {
          failed.add(load);
          log.warn({ expert: load, err: messageOf(error) }, 'not loaded ahead');
        },
      );
    },
  };
}

import { commandRuns } from './command.ts';
import { type Asking, decide, givesWay, type Supply, type Verdict, want } from './decide.ts';
import { GATE_START, type GateState, type GateVerdict, gateStep } from './gate.ts';
import { type FillerPace, fillerPace } from './power.ts';
import { type AbsentFact, PREFETCH_START, type PrefetchState, type PrefetchVerdict, prefetchStep } from './prefetch.ts';
import { decideResidency, type ResidencyDecision, type ResidentFact, type WaitingFact } from './residency.ts';

/**
 * Everything that compute decides, in one step. Pure: no clock, no chance, no effect. The run loop calls it five times a second
 * and whenever a question, a grant, or the memory changes, and does what the plan says.
 */
export interface Facts {
  /** Since the step before. */
  dtS: number;
  /** `active` and `questions` before this step's verdicts. */
  supply: Supply;
  /** Economy answers that run here. */
  economy: number;
  asking: readonly Asking[];
  /** Of the grant: for work of any kind, and what pays even unpaid, idle watts included. */
  workW: number;
  paidW: number;
  /** Owed for standard answers alone. */
  soldJ: number;
  /** Measured. */
  cpuMsPerToken: number;
  fillerTokensPerS: number;
  memory: Memory;
}

/** Models in memory, those that somebody waits for, and those that could be loaded ahead. */
export interface Memory {
  freeBytes: number;
  /** A model is being loaded or unloaded. */
  loading: boolean;
  waiting: readonly WaitingFact[];
  /** Asked for only where it matters. */
  residents(): ResidentFact[];
  absent(): AbsentFact[];
  /** Expected share of the next questions, 0..1. */
  share(id: string): number;
}

/** What does not change while compute runs: all cards together, in watts. */
export interface Cards {
  fullW: number;
  /** Beyond these, power buys hardly any speed. */
  economicW: number;
  idleW: number;
  jPerToken: number;
  /** Share of a core that filler may take, 0..1. */
  cpuShare: number;
  /** Of the owner's command; 0 without one. */
  commandW: number;
  incomeEurPerKwh: number;
}

export interface ScheduleState {
  gate: GateState;
  prefetch: PrefetchState;
}

export const SCHEDULE_START: ScheduleState = { gate: GATE_START, prefetch: PREFETCH_START };

export interface Plan {
  verdicts: ReadonlyMap<number, Verdict>;
  /** Why economy answers under way stop; undefined: they go on. */
  giveWay: string | undefined;
  /** Undefined while nobody waits for a model, or one is being loaded. */
  residency: ResidencyDecision | undefined;
  prefetch: PrefetchVerdict;
  filler: FillerPace;
  /** The owner's command runs. */
  command: boolean;
  gate: GateVerdict;
  /** For control. */
  want: { wantW: number; incomeEurPerKwh: number };
}

/** Questions first, then what is left of watts and memory goes to paid batch, filler and the owner's command, in this order. */
export function schedule(state: ScheduleState, cards: Cards, facts: Facts): { state: ScheduleState; plan: Plan } {
  const { dtS, supply, asking, workW, paidW, memory } = facts;
  const { freeW, owedJ, grantW } = supply;
  const verdicts = decide(supply, asking);
  const { begun, deferred } = tally(asking, verdicts);
  const economy = facts.economy + begun;
  // Standard ones are counted from the door on.
  const questions = supply.questions + economy;
  const { idleW, jPerToken, cpuShare, commandW } = cards;
  const filler = fillerPace({ ...{ freeW, workW, owedJ, questions }, ...{ jPerToken, cpuShare }, ...facts });
  const command = commandRuns({ freeW, scoringW: filler.watts, commandW, active: questions, owedJ });
  const gate = gateStep(state.gate, { dtS, questions, deferred, owedJ, grantW, workW, paidW, idleW });
  const prefetch = ahead(state.prefetch, facts, questions);
  return {
    state: { gate: gate.state, prefetch: prefetch.state },
    plan: {
      ...{ verdicts, filler, command: commandW > 0 && command },
      giveWay: givesWay(supply),
      residency: memory.loading || memory.waiting.length === 0 ? undefined : residency(memory),
      ...{ prefetch: prefetch.verdict, gate: gate.verdict },
      want: wanted(cards, facts, economy + deferred),
    },
  };
}

/** Economy questions that begin with these verdicts, and those that go on waiting. */
function tally(asking: readonly Asking[], verdicts: Plan['verdicts']) {
  let [begun, deferred] = [0, 0];
  for (const { id, tier } of asking) {
    if (tier !== 'economy') continue;
    const { do: what } = verdicts.get(id)!;
    if (what === 'admit') begun++;
    if (what === 'defer') deferred++;
  }
  return { begun, deferred };
}

const residency = ({ freeBytes, waiting, residents, share }: Memory): ResidencyDecision =>
  decideResidency({ freeBytes, residents: residents(), waiting, share });

function ahead(state: PrefetchState, { dtS, supply: { freeW }, memory }: Facts, questions: number) {
  const loading = memory.loading || memory.waiting.length > 0;
  const absent = freeW > 0 && questions === 0 && !loading ? memory.absent() : [];
  return prefetchStep(state, { dtS, freeW, freeBytes: memory.freeBytes, questions, loading, absent });
}

function wanted(cards: Cards, { supply, soldJ, fillerTokensPerS }: Facts, economy: number): Plan['want'] {
  const { fullW: cardsW, economicW, jPerToken, commandW, incomeEurPerKwh } = cards;
  const { questions, owedJ } = supply;
  return want({
    ...{ questions, owedJ, soldJ, economy, fillerTokensPerS },
    ...{ cardsW, economicW, jPerToken, commandW, incomeEurPerKwh },
  });
}

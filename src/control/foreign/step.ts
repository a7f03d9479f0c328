import { storedAboveK } from './ahead.ts';
import { budgetAfter } from './budget.ts';
import { GAP_S, type Result, refuse, timeOf, usualStep } from './clock.ts';
import { sifted } from './doubt.ts';
import { emergencyAfter } from './emergency.ts';
import type { Known } from './known.ts';
import { type Learnt, learn } from './learn.ts';
import { type Line, readLine } from './line.ts';
import { machineAged, machineStep, machineStopped } from './machine.ts';
import { bandAt, heldValue, outdoorNow, remember, withUsualBand } from './memory.ts';
import { isMistaken } from './mistaken.ts';
import { asRated } from './rating.ts';
import { judged, rebased, refitted } from './refit.ts';
import { isFitted, roomBelieved } from './standing.ts';
import { type Answer, type ForeignState, NONE_REFUSED } from './state.ts';
import { supplySetOf } from './supply-set.ts';
import { waterFrost, watersBelieved, waterTooHot } from './water.ts';
import { wishOf } from './wish.ts';

/** Powers that were not believed: named, so that a unit can be mended. */
function mistakes(known: Known, learned: Learnt, level: number, line: Line): string[] {
  return (['heatW', 'compressorW'] as const)
    .filter((name) => isMistaken(known, learned, level, name, line.values))
    .map((name) => `${name} ${line.values[name]!.toFixed(1)} W of a running pump taken for a mistake (kW?): ignored`);
}

/** A line without the values that its sensors cannot have seen, and what is learnt without what they have taught. */
function believed(known: Known, { memory, learned, blindS, hotWaters, answer }: ForeignState, read: Line, dtS: number) {
  const room = { houseC: learned.house?.airC ?? null, learnt: isFitted(learned), blindS };
  const heated = answer.compressor > 0 || answer.computeBudgetW > 0;
  const { hot, line } = watersBelieved(hotWaters, sifted(known, memory, read, dtS, room), dtS, heated);
  return { hot, ...roomBelieved(learned, line, dtS, outdoorNow(memory) !== null) };
}

/** The pure core of `control --plant stdio`: one line in, one answer out, whatever the line is. Never throws. */
export function foreignStep(given: Known, state: ForeignState, text: string): Result {
  const known = asRated(given, state.learned.rating);
  const read = readLine(text);
  if ('refused' in read) return refuse(known, state, text, read.refused);
  const time = timeOf(state, read);
  if ('out' in time) return time;
  const { dtS } = time;
  const { line, learned: before, hot } = believed(known, state, read, dtS);
  const memory = withUsualBand(remember(state.memory, line, dtS), before, line.t);
  const { lowC } = bandAt(memory, known.comfort, 0);
  const { answer: last } = state;
  const elapsed = { t: line.t, dtS, level: last.compressor, accelW: last.computeBudgetW, planned: state.plan !== null };
  const taught = learn(before, known, state.memory, memory, elapsed, lowC);
  const rated = asRated(given, taught.rating);
  const fitted = refitted(rated === known ? taught : rebased(taught, known, rated), rated);
  // A new model is judged on the next line: this one has had work enough.
  const learned = fitted.model === taught.model ? judged(fitted) : fitted;
  const emergency = emergencyAfter(state.emergency, known, memory, elapsed);
  const blindS = line.values.roomC === undefined ? state.blindS + dtS : 0;
  const usualStepS = usualStep(state.usualStepS, dtS);
  const taken = { t: line.t, backT: null, refused: NONE_REFUSED, usualStepS, blindS };
  const next = { ...state, ...taken, memory, learned, emergency, hotWaters: hot };
  const { decided, out } = decide(known, next, dtS);
  const told = state.t === null && known.estimated.length ? [`estimated: ${known.estimated.join(', ')}`] : [];
  const notes = [time.note ?? [], line.faults, mistakes(known, state.learned, last.compressor, line), told].flat();
  const answer = { ...out, reasons: [...out.reasons, ...notes] };
  return { state: { ...next, ...decided, answer }, out: answer };
}

/** What pump and accelerator do now. `state`: all but the last answer is of this line. */
function decide(known: Known, state: ForeignState, dtS: number) {
  const { memory, learned, emergency, answer: last } = state;
  const aged = machineAged(state.machine, dtS);
  const { wish, plan } = wishOf(known, learned, memory, {
    on: aged.on,
    t: state.t ?? 0,
    blindS: state.blindS,
    accelW: last.computeBudgetW,
    stepS: Math.min(dtS, GAP_S),
    plan: dtS > GAP_S ? null : state.plan,
  });
  const tooHot = waterTooHot(memory);
  const { state: machine, reason: rest } = tooHot
    ? { state: machineStopped(aged), reason: null }
    : machineStep(aged, wish.level);
  const level = machine.on ? machine.level : 0;
  // It stands as long as the speed that it means.
  const held = machine.on && aged.on && machine.decidedS > 0;
  const supplySetC = held ? last.supplySetC : supplySetOf(known, learned, memory, level, plan !== null);
  const supplyC = heldValue(memory, 'supplyC') ?? Math.max(supplySetC, 30);
  const storedK = known.accelHeatsHouse ? storedAboveK(known, learned, memory, state.t ?? 0) : null;
  const budget = budgetAfter(state.budget, known, memory, {
    ...{ dtS, supplyC, emergency, storedK },
    tooHot: tooHot !== null,
  });
  const frost = waterFrost(memory);
  const reasons = [
    tooHot,
    budget.urgent ? budget.reason : emergency.frost ? null : emergency.why,
    wish.reason,
    rest,
    frost && `${frost}: pump against frost`,
    budget.urgent ? null : budget.reason,
  ].filter((r) => r !== null);
  const out: Answer = {
    compressor: level,
    pump: machine.on || frost || tooHot || budget.watts > 0 ? 1 : 0,
    supplySetC: Math.round(supplySetC * 10) / 10,
    computeBudgetW: budget.watts,
    reasons,
  };
  return { decided: { machine, plan, budget }, out };
}

import { againIfLost } from './again.ts';
import { type AnswerEnd, type AnswerPart, type AnswerParts, answerBy, type Question } from './answer.ts';
import { type Embedded, embed, health, load } from './beside-answers.ts';
import type { Answerer, Catalogue } from './catalogue.ts';
import { type ChooseParts, choose } from './choose.ts';
import { NO_DRAFT } from './counted.ts';
import type { Asked, Door, Entry } from './door.ts';
import type { Figures } from './figures.ts';
import { gasEntry, speaksOfGas } from './gas.ts';
import { meterAnswer } from './meter.ts';
import { FALLBACK } from './pick.ts';
import { questionOf } from './prompt.ts';
import { Refusal } from './refusal.ts';
import type { Tier } from './scheduler/decide.ts';
import { unhurried } from './unhurried.ts';
import { type Weighed, weighGiven } from './weigh.ts';
import type { Work } from './work.ts';

/** Everything the HTTP side may ask for. One instance a process. */
export interface Service {
  readonly catalogue: Catalogue;
  answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerPart, AnswerEnd>;
  embed(expert: string, texts: readonly string[], signal: AbortSignal): Promise<Embedded>;
  /** Has it in memory for a question that is to come; refused as that would be. */
  load(expert: string, signal: AbortSignal): Promise<void>;
  /** What the classifier takes a text for; `unknown` where there is none. */
  labelOf(text: string, signal: AbortSignal): Promise<string>;
  /** What an own copy makes of another node's answer. */
  weigh(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Weighed>;
  /** Really generates one token. */
  health(signal: AbortSignal): Promise<{ expert: string; tokens: number; ms: number }>;
}

export interface ServiceParts extends AnswerParts, ChooseParts {
  door: Door;
  work: Work;
  /** Who answers what cannot be computed here. */
  forward?: ((expert: string) => Answerer) | undefined;
  /** The state of this unit as text; undefined while it is not known. */
  ownState(): string | undefined;
  figures: Figures;
}

export function createService(parts: ServiceParts): Service {
  const { catalogue } = parts;
  return {
    catalogue,
    answer: (question, signal) => figured(admitted(parts, question, signal), question.tier, parts),
    embed: (expert, texts, signal) => embed(parts, expert, texts, signal),
    load: (expert, signal) => load(parts, expert, signal),
    async labelOf(text, signal) {
      const logits = (await parts.classify?.logits(text, signal)) ?? [];
      return parts.classify?.labels[logits.indexOf(Math.max(...logits))] ?? 'unknown';
    },
    weigh: (body, signal) => weighGiven(parts, body, signal),
    health: (signal) => health(parts, signal),
  };
}

async function* admitted(
  parts: ServiceParts,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  const alarm = gasAlarm(parts, question);
  if (alarm !== undefined) return yield* vetted(parts, alarm);
  if (question.tier === 'economy') return yield* whole(parts, question, signal);
  const entry = await parts.door.enter(askedOf(parts, question), signal);
  try {
    return yield* entered(parts, question, entry, signal);
  } finally {
    entry.leave();
  }
}

/** An answer that gives way to others is heard when it is whole: nobody sits before half of it for an hour. */
async function* whole(
  parts: ServiceParts,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  const draft = { ...NO_DRAFT };
  // An economy answer is none that bought power is for.
  const addAnswer = (n: number, _sold?: boolean, by?: string) => parts.work.addAnswer(n, false, by);
  const unsold = { ...parts, work: { ...parts.work, addAnswer }, draft };
  const { said, end } = await unhurried(parts, askedOf(parts, question), signal, async (entry, signal) => {
    const said: AnswerPart[] = [];
    const saying = entered(unsold, question, entry, signal);
    try {
      for (let step = await saying.next(); ; step = await saying.next()) {
        if (step.done) return { said, end: step.value };
        said.push(step.value);
      }
    } finally {
      await saying.return(undefined as unknown as AnswerEnd);
    }
  });
  yield* said;
  return end;
}

async function* entered(
  parts: ServiceParts,
  question: Question,
  entry: Entry,
  signal: AbortSignal,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  if (entry.elsewhere) return yield* elsewhere(parts, question, entry, signal);
  const { expert, why } = await choose(parts, question, signal);
  const answerer = parts.catalogue.get(expert);
  const asked = answerer.readsUnitState ? withOwnState(parts, question) : question;
  const terms = { why, tier: question.tier, eurPerMtoken: entry.eurPerMtoken, power: entry.reason };
  return yield* againIfLost(() => answerBy(answerer, terms, asked, signal, parts));
}

function askedOf({ catalogue, forward }: ServiceParts, { expert, tier, deadlineS, forwarded }: Question): Asked {
  return { tier, deadlineS, ...catalogue.termsOf(expert), forwardable: forward !== undefined && !forwarded };
}

/** Whoever answers for us burns its own watts: nothing is counted here but the question. */
function elsewhere({ forward, clock, card }: ServiceParts, question: Question, entry: Entry, signal: AbortSignal) {
  const answerer = forward!(question.expert);
  const why = `answered by ${answerer.id} of another unit`;
  const terms = { why, tier: question.tier, eurPerMtoken: entry.eurPerMtoken, power: `none here: ${entry.reason}` };
  const wire = { ...question.wire, heatmine: { forwarded: true } };
  const none = { work: { addAnswer() {}, answerDone() {} }, door: { recheck() {} } };
  const parts = { card: { ...card, jPerToken: 0, tokensPerS: Number.POSITIVE_INFINITY }, clock, ...none };
  return answerBy(answerer, terms, { ...question, wire }, signal, parts);
}

/** The vetted gas entry, when the words speak of gas and the expert that has it, or nobody, was named. */
function gasAlarm({ catalogue }: ServiceParts, { expert, messages }: Question): string | undefined {
  const question = questionOf(messages);
  if ((expert !== 'auto' && expert !== FALLBACK) || !speaksOfGas(question)) return undefined;
  if (!catalogue.answering().includes(FALLBACK)) return undefined;
  const { grammar } = catalogue.get(FALLBACK);
  return grammar === undefined ? undefined : gasEntry(grammar, question);
}

/** A text that no model made: no watts are needed and no tokens are counted. */
async function* vetted({ card }: ServiceParts, text: string): AsyncGenerator<AnswerPart, AnswerEnd> {
  const why = 'the words speak of a gas leak: plain code gives the vetted entry, no model guesses';
  yield { type: 'start', expert: FALLBACK, why, tier: 'standard', eurPerMtoken: 0, power: 'needs none' };
  yield { type: 'chunk', text };
  return { finish: 'stop', meter: meterAnswer(card, FALLBACK, 0, 0) };
}

/** A question to an expert of states is about this unit, unless a state is what it consists of. */
function withOwnState({ ownState }: ServiceParts, question: Question): Question {
  if (questionOf(question.messages).trimStart().startsWith('{')) return question;
  const content = ownState();
  if (content === undefined) {
    throw new Refusal('BUSY', 'the state of this unit is not known yet: the control loop has not reported', 2);
  }
  return { ...question, messages: [{ role: 'user', content }] };
}

/** Times and counts a question on its way through. */
async function* figured(
  said: AsyncGenerator<AnswerPart, AnswerEnd>,
  tier: Tier,
  { clock, figures }: ServiceParts,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  const startedMs = clock.monoMs();
  const sinceS = () => (clock.monoMs() - startedMs) / 1000;
  let firstS: number | undefined;
  let expert = '';
  try {
    for (let step = await said.next(); ; step = await said.next()) {
      if (step.done) {
        figures.answered(expert, step.value.finish, tier, firstS ?? sinceS(), sinceS());
        return step.value;
      }
      if (step.value.type === 'start') expert = step.value.expert;
      else firstS ??= sinceS();
      yield step.value;
    }
  } catch (error) {
    figures.refused(error);
    throw error;
  } finally {
    await said.return(undefined as unknown as AnswerEnd);
  }
}

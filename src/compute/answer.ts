import type { Card } from '../contract/cards.ts';
import type { AnswerMeter } from '../contract/compute-api.ts';
import type { Clock } from '../core/clock.ts';
import type { Answerer } from './catalogue.ts';
import type { Door } from './door.ts';
import type { GenerateEnd, GenerateRequest, LoadedModel } from './engine.ts';
import { GAS_ENTRY, onlyEntry, speaksOfGas } from './gas.ts';
import { meterAnswer } from './meter.ts';
import { type Message, promptFor, questionOf } from './prompt.ts';
import type { Work } from './work.ts';

export interface Question {
  /** An expert's id, or `auto`. */
  expert: string;
  messages: readonly Message[];
  maxTokens?: number;
  temperature?: number;
  seed?: number;
  stop: readonly string[];
}

export type AnswerPart = { type: 'start'; expert: string; why: string } | { type: 'chunk'; text: string };
export interface AnswerEnd {
  finish: GenerateEnd['finish'];
  meter: AnswerMeter;
}

export interface AnswerParts {
  card: Card;
  work: Work;
  clock: Clock;
  door: Door;
}

/** One admitted question through one answerer: waits for its turn, streams, meters. */
export async function* answerBy(
  answerer: Answerer,
  why: string,
  question: Question,
  signal: AbortSignal,
  { card, work, clock, door }: AnswerParts,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  const { model, release } = await answerer.use(signal);
  try {
    const request = await requestFor(answerer, model, question);
    const leave = await answerer.lane.enter(signal);
    const startedMs = clock.monoMs();
    try {
      door.recheck();
      const end = yield* counted(model, request, work, signal, { type: 'start', expert: answerer.id, why });
      work.answerDone((clock.monoMs() - startedMs) / 1000);
      return { finish: end.finish, meter: meterAnswer(card, answerer.id, end.promptTokens, end.answerTokens) };
    } finally {
      leave();
    }
  } finally {
    release();
  }
}

/** The asker may ask for less than the expert's limits, never for more; the grammar is not the asker's to change. */
async function requestFor(answerer: Answerer, model: LoadedModel, question: Question): Promise<GenerateRequest> {
  const maxTokens = Math.min(question.maxTokens ?? answerer.maxTokens, answerer.maxTokens);
  const alarm = speaksOfGas(questionOf(question.messages));
  const grammar = (alarm && answerer.grammar && onlyEntry(answerer.grammar, GAS_ENTRY)) || answerer.grammar;
  return {
    prompt: await promptFor(model, answerer.prompt, question.messages, maxTokens),
    maxTokens,
    temperature: question.temperature ?? answerer.temperature,
    stop: [...answerer.stop, ...question.stop],
    ...(question.seed === undefined ? {} : { seed: question.seed }),
    ...(grammar === undefined ? {} : { grammar }),
  };
}

/** Counts tokens while they come, so that the watts follow an answer that is still being said or was broken off. */
async function* counted(
  model: LoadedModel,
  request: GenerateRequest,
  work: Work,
  signal: AbortSignal,
  start: AnswerPart,
): AsyncGenerator<AnswerPart, GenerateEnd> {
  const chunks = model.generate(request, signal);
  let started = false;
  let ended = false;
  let told = 0;
  try {
    for (let step = await chunks.next(); ; step = await chunks.next()) {
      if (!started) yield start;
      started = true;
      if (step.done) {
        ended = true;
        work.addAnswer(Math.max(0, step.value.promptTokens + step.value.answerTokens - told));
        return step.value;
      }
      told += step.value.tokens;
      work.addAnswer(step.value.tokens);
      if (step.value.text) yield { type: 'chunk', text: step.value.text };
    }
  } finally {
    await chunks.return({ finish: 'stop', promptTokens: 0, answerTokens: told });
    // Broken off: its prompt was computed all the same.
    if (started && !ended) work.addAnswer(await model.countTokens(request.prompt));
  }
}

import type { Card } from '../contract/cards.ts';
import type { AnswerMeter } from '../contract/compute-api.ts';
import type { Clock } from '../core/clock.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Answerer, Catalogue } from './catalogue.ts';
import type { GenerateEnd, GenerateRequest, LoadedModel } from './engine.ts';
import { meterAnswer } from './meter.ts';
import { fallback, type Pick, pickExpert } from './pick.ts';
import type { Power } from './power.ts';
import { type Message, promptFor, questionOf } from './prompt.ts';
import { Refusal } from './refusal.ts';
import { admit } from './scheduler.ts';
import type { Work } from './work.ts';

export interface Question {
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

/** Everything the HTTP side may ask for. One instance a process. */
export interface Service {
  readonly catalogue: Catalogue;
  answer(question: Question, signal: AbortSignal): AsyncGenerator<AnswerPart, AnswerEnd>;
  embed(
    expert: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ vectors: number[][]; meter: AnswerMeter }>;
  /** Really generates one token. */
  health(signal: AbortSignal): Promise<{ expert: string; tokens: number; ms: number }>;
  /** Questions being answered or waiting. */
  questions(): number;
}

export interface ServiceParts {
  catalogue: Catalogue;
  /** Logits over `labels` for a text; undefined when no classifier is sound here. */
  classify: { labels: readonly string[]; logits(text: string, signal: AbortSignal): Promise<number[]> } | undefined;
  card: Card;
  power: Power;
  work: Work;
  clock: Clock;
  /** Called when a question arrives: filler gives way, and control hears of the demand. */
  onQuestion(): void;
}

export function createService(parts: ServiceParts): Service {
  const { catalogue, card, power, work, clock } = parts;
  let questions = 0;

  async function pick(expert: string, question: string, signal: AbortSignal): Promise<Pick> {
    if (expert !== 'auto') return { expert, why: 'the asker named it' };
    const available = catalogue.answering();
    const picked = parts.classify
      ? pickExpert(parts.classify.labels, await parts.classify.logits(question, signal), available)
      : fallback(available, 'no classifier is here to choose');
    if (!picked) throw new HeatmineError('EXPERT_UNKNOWN', 'no sound expert is installed');
    return picked;
  }

  function requirePower(grant = power.now()): void {
    const { answerS } = work.totals();
    const demand = {
      grantW: grant.watts,
      grantText: grant.reason.text,
      owedJ: work.owedJ(),
      queued: questions - 1,
      answerS,
    };
    const admission = admit(demand);
    if (!admission.admitted) throw new Refusal(admission.code, admission.text, admission.retryAfterS);
  }

  /** Counts the question in, gives way, admits; `body` runs in the answerer's lane. */
  async function* inLane<P, R>(answerer: Answerer, signal: AbortSignal, body: () => AsyncGenerator<P, R>) {
    const leave = await answerer.lane.enter(signal);
    const startedMs = clock.monoMs();
    try {
      // Waiting may have taken longer than the grant lasts.
      requirePower();
      const end = yield* body();
      work.answerDone((clock.monoMs() - startedMs) / 1000);
      return end;
    } finally {
      leave();
    }
  }

  async function asked<T>(body: () => Promise<T>): Promise<T> {
    questions++;
    parts.onQuestion();
    try {
      return await body();
    } finally {
      questions--;
    }
  }

  async function* generate(answerer: Answerer, why: string, question: Question, signal: AbortSignal) {
    const { model, release } = await answerer.use();
    try {
      const maxTokens = Math.min(question.maxTokens ?? answerer.maxTokens, answerer.maxTokens);
      const prompt = await promptFor(model, answerer.prompt, question.messages, maxTokens);
      const request: GenerateRequest = {
        prompt,
        maxTokens,
        temperature: question.temperature ?? answerer.temperature,
        stop: [...answerer.stop, ...question.stop],
        ...(question.seed === undefined ? {} : { seed: question.seed }),
        ...(answerer.grammar === undefined ? {} : { grammar: answerer.grammar }),
      };
      const body = () => counted(model, request, work, signal, { type: 'start' as const, expert: answerer.id, why });
      const end = yield* inLane(answerer, signal, body);
      return { finish: end.finish, meter: meterAnswer(card, answerer.id, end.promptTokens, end.answerTokens) };
    } finally {
      release();
    }
  }

  return {
    catalogue,
    questions: () => questions,
    async *answer(question, signal) {
      questions++;
      try {
        parts.onQuestion();
        requirePower(await power.first(signal));
        const picked = await pick(question.expert, questionOf(question.messages), signal);
        return yield* generate(catalogue.get(picked.expert), picked.why, question, signal);
      } finally {
        questions--;
      }
    },
    embed: (expert, texts, signal) =>
      asked(async () => {
        requirePower(await power.first(signal));
        const id = expert === 'auto' ? (fallback(catalogue.answering(), '')?.expert ?? 'auto') : expert;
        const { model, release } = await catalogue.get(id).use();
        try {
          if (!model.embed) throw new HeatmineError('MESSAGE_INVALID', `the engine of ${id} makes no embeddings`);
          const { vectors, tokens } = await model.embed(texts, signal);
          work.addAnswer(tokens);
          return { vectors, meter: meterAnswer(card, id, tokens, 0) };
        } finally {
          release();
        }
      }),
    health: (signal) =>
      asked(async () => {
        const startedMs = clock.monoMs();
        const picked = fallback(catalogue.answering(), '');
        if (!picked) throw new HeatmineError('EXPERT_UNKNOWN', 'no sound expert is installed');
        const { model, release } = await catalogue.get(picked.expert).use();
        try {
          const probe = model.generate({ prompt: 'ok', maxTokens: 1, temperature: 0, stop: [] }, signal);
          let step = await probe.next();
          while (!step.done) step = await probe.next();
          work.addAnswer(step.value.promptTokens + step.value.answerTokens);
          return { expert: picked.expert, tokens: step.value.answerTokens, ms: clock.monoMs() - startedMs };
        } finally {
          release();
        }
      }),
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

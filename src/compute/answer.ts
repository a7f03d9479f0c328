import type { Card } from '../contract/cards.ts';
import type { AnswerMeter } from '../contract/compute-api.ts';
import type { Clock } from '../core/clock.ts';
import { HeatmineError } from '../core/errors.ts';
import { BadRequest } from './bad-request.ts';
import type { Answerer } from './catalogue.ts';
import { counted, type Draft } from './counted.ts';
import type { Door } from './door.ts';
import type { Bias, GenerateEnd, GenerateRequest, Penalties, ToolCall } from './engine.ts';
import { meterAnswer } from './meter.ts';
import { type Message, promptFor } from './prompt.ts';
import type { Tier } from './scheduler/decide.ts';
import { callsIn, type Heard, isBinding, isPlain, type Shape, shapeGrammar, type Tool, toolsInWords } from './tools.ts';
import type { Work } from './work.ts';

/** When an answer is wanted, and what for. */
export interface Wish {
  tier: Tier;
  /** From the arrival of the question to the end of its answer. */
  deadlineS: number;
  /** By another unit that could not answer it: it goes no further. */
  forwarded: boolean;
}

export interface Question extends Wish {
  /** An expert's id, or `auto`. */
  expert: string;
  messages: readonly Message[];
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  minP?: number;
  seed?: number;
  penalties?: Penalties;
  bias?: Bias;
  stop: readonly string[];
  shape: Shape;
  /** The same for an upstream that speaks the API itself. */
  wire: Readonly<Record<string, unknown>>;
}

export type AnswerPart = ({ type: 'start' } & Start) | { type: 'chunk'; text: string };
export interface Start {
  expert: string;
  /** Why this expert. */
  why: string;
  tier: Tier;
  eurPerMtoken: number;
  /** Why now: the watts it runs on. */
  power: string;
  /** With which weights, as `Answerer` has it. */
  weights?: string | undefined;
  wording?: string | undefined;
}
export interface AnswerEnd {
  finish: GenerateEnd['finish'];
  meter: AnswerMeter;
  toolCalls?: readonly ToolCall[] | undefined;
}

export interface AnswerParts {
  card: Card;
  work: Pick<Work, 'addAnswer' | 'answerDone'>;
  clock: Clock;
  door: Pick<Door, 'recheck'>;
  /** Of an answer that may give way and go on later. */
  draft?: Draft;
}

/** One admitted question through one answerer: waits for its turn, streams, meters. */
export async function* answerBy(
  answerer: Answerer,
  terms: Omit<Start, 'expert'>,
  question: Question,
  signal: AbortSignal,
  { card, work, clock, door, draft }: AnswerParts,
): AsyncGenerator<AnswerPart, AnswerEnd> {
  const bounds = boundsFor(answerer, question);
  const { model, release } = await answerer.use(signal);
  try {
    const request = requestFor(answerer, question, bounds);
    const leave = await answerer.lane.enter(signal);
    const startedMs = clock.monoMs();
    try {
      door.recheck();
      const { id, weights, wording } = answerer;
      const start = { type: 'start' as const, expert: id, weights, wording, ...terms };
      const own = { addAnswer: (tokens: number) => work.addAnswer(tokens, undefined, answerer.id) };
      const heard = counted(model, request, own, signal, start, draft);
      const blamed = bounds.asked ? blamingSchema(heard) : heard;
      const said = answerer.saysAfter === undefined ? blamed : after(answerer.saysAfter, blamed);
      const end = yield* bounds.tools.length ? withCalls(said, bounds.tools) : said;
      work.answerDone((clock.monoMs() - startedMs) / 1000);
      const meter = meterAnswer(card, answerer.id, end.promptTokens, end.answerTokens);
      return { finish: end.finish, meter, toolCalls: end.toolCalls };
    } finally {
      leave();
    }
  } finally {
    release();
  }
}

interface Bounds {
  /** The grammar was made of the asker's schema. */
  asked: boolean;
  grammar: string | undefined;
  /** Looked for in the answer. */
  tools: readonly Tool[];
}

/** An expert's own grammar is not the asker's to change: it refuses a format, and where it may talk instead, it talks. */
function boundsFor(answerer: Answerer, { shape }: Question): Bounds {
  const { grammar } = answerer;
  if (answerer.remote) return { grammar: undefined, tools: [], asked: false };
  if (grammar === undefined) {
    if (isPlain(shape)) return { grammar, tools: [], asked: false };
    return { grammar: shapeGrammar(shape), tools: shape.tools, asked: true };
  }
  if (isBinding(shape)) {
    const param = shape.format === 'text' ? 'tool_choice' : 'response_format';
    throw new BadRequest(
      `${answerer.id} answers by a grammar of its own: it can be held to no call and no format`,
      param,
    );
  }
  return { grammar, tools: [], asked: false };
}

/** A grammar that the engine does not take is no fault of the model when the asker's schema made it. */
async function* blamingSchema(said: AsyncGenerator<AnswerPart, GenerateEnd>): AsyncGenerator<AnswerPart, GenerateEnd> {
  try {
    return yield* said;
  } catch (error) {
    if (!(error instanceof HeatmineError) || error.code !== 'MODEL_INVALID') throw error;
    throw new BadRequest('the engine cannot hold this schema: it is too large or too deep', 'response_format');
  }
}

/** What the engine is asked for a question as it comes from other nodes. */
export const plainRequestFor = (answerer: Answerer, question: Question): GenerateRequest =>
  requestFor(answerer, question, boundsFor(answerer, question));

/** The asker may ask for less than the expert's limits, never for more. */
function requestFor(answerer: Answerer, question: Question, { grammar, tools, asked }: Bounds): GenerateRequest {
  const maxTokens = Math.min(question.maxTokens ?? answerer.maxTokens, answerer.maxTokens);
  const told: Message[] = tools.length ? [{ role: 'system', content: toolsInWords(tools) }] : [];
  return {
    prompt: promptFor(answerer.prompt, [...told, ...question.messages]),
    maxTokens,
    temperature: question.temperature ?? answerer.temperature,
    // What ends its own answers may stand in the midst of JSON: there the grammar ends it.
    stop: [...(asked && isBinding(question.shape) ? [] : answerer.stop), ...question.stop],
    ...(question.topP === undefined ? {} : { topP: question.topP }),
    ...(question.topK === undefined ? {} : { topK: question.topK }),
    ...(question.minP === undefined ? {} : { minP: question.minP }),
    ...(question.seed === undefined ? {} : { seed: question.seed }),
    ...(question.penalties ? { penalties: question.penalties } : {}),
    ...(question.bias ? { bias: knownTokens(answerer, question.bias) } : {}),
    ...(grammar === undefined ? {} : { grammar }),
    ...(answerer.remote ? { wire: question.wire } : {}),
  };
}

function knownTokens({ id, remote, vocabulary = 0 }: Answerer, bias: Bias): Bias {
  const most = Math.max(...bias.map(([token]) => token));
  if (remote || most < vocabulary) return bias;
  throw new BadRequest(`logit_bias: ${id} has ${vocabulary} tokens, none is ${most}`, 'logit_bias');
}

/** Holds back the working; all that was said when there is nothing behind it. */
async function* after(
  mark: string,
  said: AsyncGenerator<AnswerPart, GenerateEnd>,
): AsyncGenerator<AnswerPart, GenerateEnd> {
  let held = '';
  try {
    for (let step = await said.next(); ; step = await said.next()) {
      if (step.done) {
        const at = held.indexOf(mark);
        const text = at < 0 ? held : held.slice(at + mark.length);
        if (text) yield { type: 'chunk', text };
        return step.value;
      }
      if (step.value.type === 'chunk') held += step.value.text;
      else yield step.value;
    }
  } finally {
    await said.return({ finish: 'stop', promptTokens: 0, answerTokens: 0 });
  }
}

/** A call that was cut off ends as the engine says: by its length, or at a stop of the asker's. */
const calling = (end: GenerateEnd, { calls, isCut }: Heard): GenerateEnd => ({
  ...end,
  ...(isCut ? {} : { finish: 'tool_calls' }),
  ...(calls.length ? { toolCalls: calls } : {}),
});

const CALL_BEGINS = '{"name": ';

/** Holds back what begins like a call until its end tells whether it is one. */
async function* withCalls(
  said: AsyncGenerator<AnswerPart, GenerateEnd>,
  tools: readonly Tool[],
): AsyncGenerator<AnswerPart, GenerateEnd> {
  let held: string | undefined = '';
  try {
    for (let step = await said.next(); ; step = await said.next()) {
      if (step.done) {
        const heard = held === undefined ? undefined : callsIn(held, tools);
        if (heard) return calling(step.value, heard);
        if (held) yield { type: 'chunk', text: held };
        return step.value;
      }
      if (step.value.type === 'start' || held === undefined) yield step.value;
      else {
        held += step.value.text;
        const begun = held.slice(0, CALL_BEGINS.length);
        if (CALL_BEGINS.startsWith(begun)) continue;
        yield { type: 'chunk', text: held };
        held = undefined;
      }
    }
  } finally {
    await said.return({ finish: 'stop', promptTokens: 0, answerTokens: 0 });
  }
}

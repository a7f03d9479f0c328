import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerateRequest, LoadedModel } from '../../../compute/engine.ts';
import { createEngineHost } from '../../../compute/engine-child/host.ts';
import type { LlamaExpert } from '../../../compute/expert-file.ts';
import { type FoundExpert, fillerLines, readExpert, verifiedSpec } from '../../../compute/experts.ts';
import { systemClock } from '../../../core/clock.ts';
import { createLog } from '../../../core/log.ts';
import { seededRandom } from '../../../core/random.ts';
import { type Given, isTelling } from '../../../net/swarm/audit/evidence.ts';
import { vary } from '../../../net/swarm/audit/vary.ts';
import { requantise, type Target } from './requantise.ts';

const MODELS = join(import.meta.dirname, '../../../../models');
const ENGINE = join(import.meta.dirname, '../../../compute/engine-child/main.ts');
const never = new AbortController().signal;
const AT_ONCE = 8;

/** What a node gave for a question, and what the auditor's own copy makes of it. */
export interface Audited extends Given {
  text: string;
  promptTokens: number;
}

export interface Question {
  content: string;
  own: string;
  promptTokens: number;
  ownTokens: number;
  /** Tokens that the auditor's copy computed to find this question. */
  searchTokens: number;
}

/** `of` another expert. */
export type Weights = Target | 'q8_0' | { of: string };

export interface Pool {
  questions: Question[];
  /** Of a node with these weights behind this expert's name: each question answered through a real engine. */
  answersOf(weights: Weights, as?: { atOnce?: number; firstTokens?: number }): Promise<Audited[]>;
  /** What the auditor makes of any other text given for question `i`. */
  judge(i: number, text: string, billedTokens: number): Promise<Audited>;
  close(): Promise<void>;
}

/** Telling questions of one shipped expert, found by an own copy of it in an engine process. */
export async function openPool(id: string, count: number, seed: number): Promise<Pool> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-liars-'));
  const host = createEngineHost({ file: ENGINE, args: [], clock: systemClock, log: createLog('bench', 'silent') });
  const engine = host.engine('llama');
  const expert = readExpert(join(MODELS, id), id);
  const fact = factOf(expert);
  const spec = await verifiedSpec(expert);
  const own = await engine.load(spec);
  const requestOf = (content: string): GenerateRequest => ({
    prompt: fact.prompt.prefix + content + fact.prompt.suffix,
    ...{ maxTokens: fact.maxTokens, temperature: 0, stop: fact.stop },
    ...(expert.grammar === undefined ? {} : { grammar: expert.grammar }),
  });
  const { saysAfter } = fact;
  const questions = await tellingQuestions(own, expert, requestOf, count, seed);
  const judge = async (i: number, text: string, billedTokens: number): Promise<Audited> => {
    const { own: ownText, ownTokens, promptTokens, content } = questions[i]!;
    const same = text === ownText;
    const nats = same ? 0 : (await own.doubt!({ request: requestOf(content), saysAfter, given: text }, never)).nats;
    return { text, nats, ownTokens, billedTokens, promptTokens, hidesWorking: saysAfter !== undefined };
  };
  return {
    questions,
    judge,
    async answersOf(weights, { atOnce = AT_ONCE, firstTokens } = {}) {
      const model = await engine.load({ ...spec, file: await fileOf(weights, spec.file, dir) });
      const short = firstTokens === undefined ? {} : { maxTokens: firstTokens };
      const ask = ({ content }: Question) => said(model, { ...requestOf(content), ...short }, saysAfter);
      const all = await inGroups(questions, atOnce, ask);
      await model.unload();
      return inGroups([...all.entries()], AT_ONCE, ([i, { text, tokens }]) => judge(i, text, tokens));
    },
    async close() {
      await host.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function factOf({ fact, unsound }: FoundExpert): LlamaExpert {
  if (fact?.engine !== 'llama') throw new Error(`needs an expert of models/ that answers: ${unsound}`);
  return fact;
}

async function fileOf(weights: Weights, file: string, dir: string): Promise<string> {
  if (weights === 'q8_0') return file;
  if (typeof weights === 'object') return (await verifiedSpec(readExpert(join(MODELS, weights.of), weights.of))).file;
  const to = join(dir, `${weights}.gguf`);
  requantise(file, to, weights);
  return to;
}

async function tellingQuestions(
  own: LoadedModel,
  expert: FoundExpert,
  requestOf: (content: string) => GenerateRequest,
  count: number,
  seed: number,
): Promise<Question[]> {
  const random = seededRandom(seed);
  const { prefix } = factOf(expert).prompt;
  const known = fillerLines(expert).map((line) => line.split('\n')[0]!.slice(prefix.length));
  const found: Question[] = [];
  let searchTokens = 0;
  while (found.length < count) {
    const tries = Array.from({ length: AT_ONCE }, () => vary(known[Math.floor(random() * known.length)]!, random));
    const doubts = await Promise.all(
      tries.map((content) => own.doubt!({ request: requestOf(content), saysAfter: factOf(expert).saysAfter }, never)),
    );
    for (const [i, doubt] of doubts.entries()) {
      const { promptTokens, answerTokens: ownTokens } = doubt;
      searchTokens += promptTokens + ownTokens;
      if (!isTelling(doubt.nats)) continue;
      found.push({ content: tries[i]!, own: doubt.own, promptTokens, ownTokens, searchTokens });
      searchTokens = 0;
    }
  }
  return found.slice(0, count);
}

async function said(model: LoadedModel, request: GenerateRequest, saysAfter: string | undefined) {
  const chunks = model.generate(request, never);
  let text = '';
  for (;;) {
    const { value, done } = await chunks.next();
    if (!done) text += value.text;
    else {
      const at = saysAfter === undefined ? -1 : text.indexOf(saysAfter);
      return { text: at < 0 ? text : text.slice(at + saysAfter!.length), tokens: value.answerTokens };
    }
  }
}

async function inGroups<A, B>(all: readonly A[], size: number, each: (one: A) => Promise<B>): Promise<B[]> {
  const done: B[] = [];
  for (let at = 0; at < all.length; at += size) done.push(...(await Promise.all(all.slice(at, at + size).map(each))));
  return done;
}

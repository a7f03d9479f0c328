import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerateRequest, LoadedModel } from '../../../compute/engine.ts';
import { ENGINE_FILE } from '../../../compute/engine-child/fork-engine.ts';
import { createEngineHost } from '../../../compute/engine-child/host.ts';
import { systemClock } from '../../../core/clock.ts';
import { createLog } from '../../../core/log.ts';
import { seededRandom, shuffled } from '../../../core/random.ts';
import type { ComputeClient } from '../../../net/ask/compute-client.ts';
import type { Finding } from '../../../net/swarm/audit/evidence.ts';
import { openTelling, type Telling } from '../../../net/swarm/audit/telling.ts';
import { type Audited, auditedIn, type Name } from './experts.ts';
import { requantise, type Target } from './requantise.ts';

const never = new AbortController().signal;
const AT_ONCE = 8;
/** A busy machine keeps an engine waiting for long; only the run waits for it. */
const SILENT_MS = 10 * 60_000;
/** Searched in vain so often, it gives up: the expert is too sure of itself. */
const MOST_SEARCHES = 400;
/** As many of the known questions as an auditor keeps. */
const KNOWN = 64;

export interface Said {
  text: string;
  billedTokens: number;
  billedPromptTokens: number;
}

export interface Pool {
  expert: Audited;
  questions: Telling[];
  /** Tokens that the auditor's copy computed to find them. */
  searchTokens: number;
  /** Each question answered by these weights, through a real engine. */
  answersOf(weights: Target | 'its own' | 'other', as?: { atOnce?: number; firstTokens?: number }): Promise<Said[]>;
  /** What the auditor makes of an answer to question `i`. */
  judge(i: number, said: Said): Promise<Finding>;
  close(): Promise<void>;
}

/** Telling questions of one expert, found by an auditor with an own copy in an engine process. */
export async function openPool(name: Name, most: number | undefined, seed: number): Promise<Pool> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-liars-'));
  const host = createEngineHost({
    file: ENGINE_FILE,
    args: [],
    clock: systemClock,
    log: createLog('bench', 'silent'),
    silentMs: SILENT_MS,
  });
  const engine = host.engine('llama');
  const random = seededRandom(seed);
  const expert = auditedIn(dir, name, seed);
  const { spec, requestOf, saysAfter } = expert;
  const count = most ?? expert.questions;
  const own = await engine.load(spec);
  const weigh: ComputeClient['weigh'] = async ({ messages }, given, signal) => {
    const request = requestOf(messages[0]!.content);
    const doubt = await own.doubt!({ request, saysAfter, given }, signal);
    return { ...doubt, hidesWorking: saysAfter !== undefined, weights: name, wording: '' };
  };
  let searchTokens = 0;
  const telling = openTelling({ weigh }, random, (tokens) => {
    searchTokens += tokens;
  });
  for (const content of shuffled(expert.known, random).slice(0, KNOWN)) telling.learn(name, content);
  const questions: Telling[] = [];
  for (let i = 0; i < MOST_SEARCHES && questions.length < count; i++) {
    const question = await telling.next(name, 'all', never);
    if (question) questions.push(question);
  }
  const fileOf = (weights: Target | 'its own' | 'other') => {
    if (weights === 'its own') return spec.file;
    if (weights === 'other') return expert.otherFile;
    const to = join(dir, `${weights}.gguf`);
    requantise(spec.file, to, weights);
    return to;
  };
  return {
    ...{ expert, questions, searchTokens },
    judge: (i, answer) => telling.judge(name, questions[i]!, answer, never),
    async answersOf(weights, { atOnce = AT_ONCE, firstTokens } = {}) {
      const model = await engine.load({ ...spec, file: fileOf(weights) });
      const short = firstTokens === undefined ? {} : { maxTokens: firstTokens };
      const ask = ({ content }: Telling) => said(model, { ...requestOf(content), ...short }, saysAfter);
      const all = await inGroups(questions, atOnce, ask);
      await model.unload();
      return all;
    },
    async close() {
      await host.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function said(model: LoadedModel, request: GenerateRequest, saysAfter: string | undefined): Promise<Said> {
  const chunks = model.generate(request, never);
  let text = '';
  for (;;) {
    const { value, done } = await chunks.next();
    if (!done) text += value.text;
    else {
      const at = saysAfter === undefined ? -1 : text.indexOf(saysAfter);
      return {
        text: at < 0 ? text : text.slice(at + saysAfter!.length),
        billedTokens: value.answerTokens,
        billedPromptTokens: value.promptTokens,
      };
    }
  }
}

async function inGroups<A, B>(all: readonly A[], size: number, each: (one: A) => Promise<B>): Promise<B[]> {
  const done: B[] = [];
  for (let at = 0; at < all.length; at += size) done.push(...(await Promise.all(all.slice(at, at + size).map(each))));
  return done;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processFile } from '../../supervisor.ts';
import type { Bench, Figure } from '../table.ts';
import { openDirect, type Way } from './direct.ts';
import { writeRandomExpert } from './random-expert.ts';
import { type Asked, startStack } from './stack.ts';

/** 0.32B parameters: the cost of a real small model, nothing to download. */
const SHAPE = {
  ...{ layers: 16, embedding: 1024, heads: 16, kvHeads: 8, feedForward: 4096, vocabulary: 32_000 },
  ...{ contextTokens: 2048, weights: 'q8_0' as const },
};
const CONTEXT_TOKENS = 512;
const WIDTH = 8;
const PROMPT = 'why is the flow too low?';
const ECHO_WORDS = 2000;
const ROUNDS_ALONE = 3;

interface Measured {
  tokensPerS: number;
  firstMs: number;
  cpuMs: number;
}

/** Somebody who answers, and the processor time so far of all that it takes. */
interface Side {
  /** All at once, from the sending of the first one. */
  askAll(contents: readonly string[], maxTokens: number): Promise<Asked[]>;
  cpuUs(): Promise<number>;
}

const ownCpuUs = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Tokens per second of all lanes together, the first words of the first one, and processor time per token. */
async function measure({ askAll, cpuUs }: Side, lanes: number, tokens: number): Promise<Measured> {
  const beforeUs = await cpuUs();
  const startedMs = performance.now();
  const contents = Array.from({ length: lanes }, (_, lane) => `${PROMPT} ${lane}`);
  const each = await askAll(contents, tokens);
  const seconds = (performance.now() - startedMs) / 1000;
  const said = each.reduce((sum, a) => sum + a.tokens, 0);
  const cpuMs = ((await cpuUs()) - beforeUs) / 1000 / said;
  return { tokensPerS: said / seconds, firstMs: each[0]!.firstMs, cpuMs };
}

async function scratch<T>(body: (dir: string, models: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'hm-serve-'));
  try {
    return await body(dir, join(dir, 'models'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** In turn, again and again, so that whatever else this machine does meets both alike. */
async function compare(rounds: number, tokens: number, seed: number): Promise<Figure[]> {
  return scratch(async (dir, models) => {
    const file = await writeRandomExpert(models, SHAPE, CONTEXT_TOKENS, seed);
    const stack = await startStack(dir);
    const direct = await openDirect(file, CONTEXT_TOKENS, WIDTH);
    try {
      const ours: Side = {
        askAll: (contents, most) => Promise.all(contents.map((content, lane) => stack.ask(lane, content, most))),
        cpuUs: stack.cpuUs,
      };
      const sideOf = (way: Way): Side => ({ askAll: direct.ways[way], cpuUs: async () => ownCpuUs() });
      const [inStep, alone] = [sideOf('in step'), sideOf('each alone')];
      for (const side of [ours, inStep, alone]) await measure(side, 1, 4);
      const figures: Figure[] = [];
      for (const lanes of [1, WIDTH]) {
        const found = { ours: [] as Measured[], inStep: [] as Measured[], alone: [] as Measured[] };
        // One answer is short, and what is judged of it is milliseconds.
        for (let round = 0; round < (lanes > 1 ? 1 : ROUNDS_ALONE) * rounds; round++) {
          found.inStep.push(await measure(inStep, lanes, tokens));
          found.ours.push(await measure(ours, lanes, tokens));
          if (lanes > 1) found.alone.push(await measure(alone, lanes, tokens));
        }
        figures.push(...judged(lanes, found.ours, found.inStep));
        if (lanes > 1) figures.push(besideAlone(found.ours, found.alone));
      }
      const aborts: number[] = [];
      for (let round = 0; round < rounds; round++) aborts.push(await stack.abortMs(PROMPT, 400));
      return [...figures, abortFigure(Math.max(...aborts))];
    } finally {
      await direct.close();
      await stack.stop();
    }
  });
}

function judged(lanes: number, ours: Measured[], theirs: Measured[]): Figure[] {
  const ratio = median(ours.map((o, i) => o.tokensPerS / theirs[i]!.tokensPerS));
  const later = median(ours.map((o, i) => o.firstMs - theirs[i]!.firstMs));
  const cpu = median(ours.map((o, i) => o.cpuMs / theirs[i]!.cpuMs));
  const name = 'node-llama-cpp, in step';
  const at = `${lanes} at once`;
  const reference = { name, value: median(theirs.map((t) => t.tokensPerS)) };
  const tokensPerS = median(ours.map((o) => o.tokensPerS));
  return [
    { figure: `speed, ${at}`, value: tokensPerS, unit: 'tokens/s', reference, goal: '', met: true },
    { figure: `of the reference, ${at}`, value: ratio, unit: 'x', goal: '>= 0.97 x', met: ratio >= 0.97 },
    { figure: `processor time of the reference, ${at}`, value: cpu, unit: 'x', goal: '', met: true },
    { figure: `first token later, ${at}`, value: later, unit: 'ms', goal: '<= 5 ms', met: later <= 5 },
  ];
}

/** Not judged: whoever calls the library once a question and leaves it at that gets this. */
const besideAlone = (ours: Measured[], alone: Measured[]): Figure => ({
  figure: `speed beside node-llama-cpp, each question left to itself, ${WIDTH} at once`,
  value: median(ours.map((o, i) => o.tokensPerS / alone[i]!.tokensPerS)),
  unit: 'x',
  ...{ goal: '', met: true },
});

const abortFigure = (value: number): Figure => ({
  ...{ figure: 'engine stops after its asker left, worst', value, unit: 'ms', goal: '<= 200 ms', met: value <= 200 },
});

/** Processor time of net, compute and the engine process for one token, with an engine that takes next to none. */
async function pathCost(questions: number): Promise<Figure> {
  return scratch(async (dir, models) => {
    const small = { ...SHAPE, layers: 1, embedding: 64, feedForward: 64, vocabulary: 300 };
    await writeRandomExpert(models, small, 2 * ECHO_WORDS, 1);
    const stack = await startStack(dir, processFile('./bench/serve/echo/main.ts'));
    try {
      const text = 'word '.repeat(ECHO_WORDS).trim();
      await stack.ask(0, text, ECHO_WORDS);
      const before = await stack.cpuUs();
      let tokens = 0;
      for (let i = 0; i < questions; i++) tokens += (await stack.ask(0, text, ECHO_WORDS)).tokens;
      const value = ((await stack.cpuUs()) - before) / tokens;
      return { figure: 'our path on echo', value, unit: 'us CPU/token', goal: '<= 200 us', met: value <= 200 };
    } finally {
      await stack.stop();
    }
  });
}

export const serve: Bench = {
  name: 'serve',
  about: '0.3B random weights through websocket, net and compute, beside node-llama-cpp called directly',
  async run({ quick, seed }) {
    const figures = await compare(quick ? 3 : 5, quick ? 32 : 64, seed);
    return [...figures, await pathCost(quick ? 5 : 20)];
  },
};

/** What the compute tests share: experts in a temporary directory, a link in memory, HTTP by node:http. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCatalogue } from '../../src/compute/catalogue.ts';
import { createDoor } from '../../src/compute/door.ts';
import { watchEnergy } from '../../src/compute/energy.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import { createFigures } from '../../src/compute/figures.ts';
import { createLane } from '../../src/compute/lane.ts';
import { createPower } from '../../src/compute/power.ts';
import { createResidents } from '../../src/compute/residents.ts';
import { createRunLoop, type LoopParts } from '../../src/compute/run-loop.ts';
import { decideResidency } from '../../src/compute/scheduler/residency.ts';
import { createServer } from '../../src/compute/server.ts';
import { createService, type ServiceParts } from '../../src/compute/service.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import type { MessageOf, TopicName } from '../../src/contract/topics.ts';
import { systemClock } from '../../src/core/clock.ts';
import { leaseStamp } from '../../src/core/lease.ts';
import { createLog } from '../../src/core/log.ts';
import { type GgufSpec, soundSpec, writeGguf } from './gguf-writer.ts';

export const STORIES = fileURLToPath(new URL('../../../shared/data/models/stories260K-q8_0.gguf', import.meta.url));
export const haveStories = existsSync(STORIES);
export const silent = createLog('test', 'silent');

/** One device, or the processor's memory. */
export const roomFor = (bytes: number) => () => ({ budgetBytes: bytes, deviceBytes: bytes });

export function tempDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'hmc-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Sound as a head; llama.cpp refuses it for a tensor that no model has. */
function refusedSpec(): GgufSpec {
  const spec = soundSpec();
  spec.tensors.push({ name: 'more.weight', dims: [32], type: 0, bytes: 128 });
  return spec;
}

/** Writes models/<id>/expert.json; the weights are a tiny sound GGUF without use, or a link to the real model. */
export function addExpert(models: string, id: string, change: Record<string, unknown> = {}, real = false): string {
  const dir = join(models, id);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'weights.gguf');
  if (real) symlinkSync(STORIES, file);
  else writeFileSync(file, writeGguf(refusedSpec()));
  const bytes = readFileSync(file);
  const expert = {
    id,
    title: `Expert ${id}`,
    description: 'Once upon a time there was a little girl. She loved to play outside with her red ball.',
    topics: ['test'],
    licence: 'MIT',
    file: 'weights.gguf',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    contextTokens: 128,
    engine: 'llama',
    parents: [],
    prompt: { prefix: '', suffix: '' },
    stop: [],
    maxTokens: 64,
    grammar: null,
    temperature: 0,
    quality: { metric: 'none', value: 0, n: 0, ancestor: 0, nearestNeighbour: 0, passes: false, note: 'for tests' },
    examples: [],
    ...change,
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
  return dir;
}

export function memoryLink() {
  const sent: { name: TopicName; message: unknown }[] = [];
  const listeners: [TopicName, (message: never) => void][] = [];
  return {
    sent,
    last: <N extends TopicName>(name: N) => sent.findLast((s) => s.name === name)?.message as MessageOf<N> | undefined,
    publish: <N extends TopicName>(name: N, message: MessageOf<N>) => void sent.push({ name, message }),
    on: <N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void) =>
      void listeners.push([name, listener as (message: never) => void]),
    deliver<N extends TopicName>(name: N, message: MessageOf<N>) {
      for (const [listened, call] of listeners) if (listened === name) call(message as never);
    },
  };
}

const stamp = leaseStamp<{ watts: number; fillerW: number; reason: { what: string; code: string; text: string } }>(
  't',
  3000,
);
export const grantOf = (watts: number, fillerW = 0, text = 'test grant', ttlMs = 60_000) => ({
  ...stamp({ watts, fillerW, reason: { what: 'grant', code: 'test', text } }),
  ttlMs,
});

/** Residents by the rule of the run loop, without the rest of it. */
export function residentsAlone(...args: Parameters<typeof createResidents>) {
  const residents = createResidents(...args);
  residents.onChange(() => {
    const { loading, waiting, ...memory } = residents.memory();
    if (loading) return;
    const some = waiting.length > 0;
    residents.apply(some ? decideResidency({ ...memory, residents: memory.residents(), waiting }) : undefined);
  });
  return residents;
}

/** One card without idle watts, that earns nothing. */
export const CARDS_OF_TEST: LoopParts['cards'] = {
  ...{ fullW: 1000, economicW: 1000, idleW: 0, jPerToken: 1, cpuShare: 0, commandW: 0, incomeEurPerKwh: 0 },
};

/** The run loop without filler; the caller ticks it. */
export function loopOf(parts: Pick<LoopParts, 'power' | 'work' | 'door' | 'residents'> & Partial<LoopParts>) {
  return createRunLoop({
    cards: CARDS_OF_TEST,
    filler: { allow() {}, tick() {}, capacity: () => 0, cpuMsPerToken: () => 1 },
    command: { run() {} },
    ...{ clock: systemClock, log: silent, tell() {}, ...parts },
  });
}

/** The server over an echo engine, composed as `start.ts` does: the whole way but the weights. */
export async function echoUnit(
  options: {
    engine?: Engine;
    classify?: ServiceParts['classify'];
    ownState?: ServiceParts['ownState'];
    forward?: ServiceParts['forward'];
    prepare?: (models: string) => void;
  } = {},
) {
  const { engine = createEchoEngine(), classify, forward, ownState = () => undefined, prepare = () => {} } = options;
  const { dir, remove } = tempDir();
  const models = join(dir, 'models');
  addExpert(models, 'echo', { maxTokens: 100, contextTokens: 100 });
  addExpert(models, 'faults', { contextTokens: 100 });
  prepare(models);
  const experts = scanExperts([models]);
  const card = CARDS['rtx3090-8b-q4']!;
  const work = createWork(card, systemClock);
  const modelled = { ...card, measured: false };
  const energy = watchEnergy({ link: { on() {} }, tokens: work.byExpert, card: modelled, clock: systemClock });
  const residents = createResidents(experts, () => engine, roomFor(64 * 2 ** 20), systemClock);
  const catalogue = createCatalogue({ experts, residents, energy, local: createLane(1), priceEurPerMtoken: 4 });
  const power = createPower(systemClock, 0);
  let asked = 0;
  const door = createDoor({ power, work, clock: systemClock, width: 1 });
  // What was answered is not burnt: tests look at it.
  const still = { owedJ: work.owedJ, soldJ: work.soldJ, tick() {} };
  const loop = loopOf({ power, work: still, door, residents, tell: () => void asked++ });
  const ticking = setInterval(loop.tick, 200);
  const figures = createFigures();
  const parts = {
    heirOf: (id: string) => id,
    catalogue,
    figures,
    classify,
    card,
    work,
    clock: systemClock,
    door,
    ownState,
    forward,
  };
  const service = createService(parts);
  const metrics = () => figures.text({ catalogue, door, power, work, energy, crashes: new Map([['echo', 2]]) });
  const path = join(dir, 'c.sock');
  const server = await createServer({ service, residents, metrics, log: silent, listen: { path } });
  const tcp = await createServer({ service, residents, metrics, log: silent, listen: { port: 0 } });
  return {
    ...{ dir, models, path, power, work, door, port: tcp.port!, asked: () => asked },
    grant(lease: ReturnType<typeof grantOf>) {
      power.offer(lease);
    },
    async stop() {
      clearInterval(ticking);
      await Promise.all([server.close(), tcp.close()]);
      await residents.close();
      remove();
    },
  };
}

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  json(): Record<string, never> & { [key: string]: never };
}

/** One request over a unix socket. `body` as an object is sent as JSON, a string or buffer as it is. */
export function call(
  path: string,
  method: string,
  url: string,
  body?: unknown,
  headers: http.OutgoingHttpHeaders = {},
) {
  return new Promise<Reply>((resolve, reject) => {
    const request = http.request({ socketPath: path, method, path: url, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (d) => (text += d));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, text, json: () => JSON.parse(text) });
      });
    });
    request.on('error', reject);
    request.end(typeof body === 'string' || Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body));
  });
}

export const events = (text: string) =>
  text
    .split('\n\n')
    .filter((e) => e.startsWith('data: '))
    .map((e) => e.slice(6));

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

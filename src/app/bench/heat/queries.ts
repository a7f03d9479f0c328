import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCompute } from '../../../compute/start.ts';
import type { MessageOf, TopicName } from '../../../contract/topics.ts';
import { systemClock } from '../../../core/clock.ts';
import { Config } from '../../../core/config.ts';
import { leaseStamp } from '../../../core/lease.ts';
import { createLog } from '../../../core/log.ts';
import { seededRandom } from '../../../core/random.ts';

const SHIPPED = join(import.meta.dirname, '../../../../models');
const GRANT_W = 4900;
/** Filler looks at its watts every 250 ms. */
const SETTLE_MS = 400;
/** Between two questions, so that filler is at work when the next one comes. */
const PAUSE_MS = [40, 160] as const;
const QUESTIONS = [
  'why is the flow too low?',
  'the compressor does not start',
  'what does F12 mean?',
  'it is too cold',
];

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Milliseconds to the first byte of the answer that is said, and to its end. */
function ask(socketPath: string, content: string): Promise<{ firstMs: number; totalMs: number }> {
  const body = JSON.stringify({ model: 'faults', stream: true, messages: [{ role: 'user', content }] });
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath, method: 'POST', path: '/v1/chat/completions', agent: false },
      (answer) => {
        let firstMs = 0;
        if (answer.statusCode !== 200) reject(new Error(`compute answered ${answer.statusCode}`));
        answer.on('data', () => {
          firstMs ||= performance.now() - startedMs;
        });
        answer.on('end', () => resolve({ firstMs, totalMs: performance.now() - startedMs }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export interface Asked {
  firstMs: number[];
  /** Milliseconds of a question, asked one after the other without a pause. */
  eachMs: number[];
}

export interface Beside {
  filler: Asked;
  none: Asked;
  /** Of each pair of neighbouring blocks, how much slower questions were beside filler. */
  slower: number[];
}

/**
 * The shipped experts asked in short blocks, by turns while filler has all the watts and while it has none, so that
 * whatever else this machine does meets both alike: filler, none, none, filler, …
 */
export async function askBeside(pairs: number, each: number, seed: number): Promise<Beside> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-heat-'));
  const path = join(dir, 'c.sock');
  const listeners: ((message: MessageOf<'grant'>) => void)[] = [];
  const link = {
    publish() {},
    on<N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void) {
      if (name === 'grant') listeners.push(listener as never);
    },
  };
  const parts = { config: Config.parse({}), shippedDir: SHIPPED, installedDir: dir, clock: systemClock };
  const compute = await startCompute({ ...parts, listen: { path }, link, log: createLog('bench', 'silent') });
  const stamp = leaseStamp<MessageOf<'grant'>['value']>('bench', 600_000);
  const reason = { what: 'compute', code: 'bench', text: 'the bench asks for it' };
  const random = seededRandom(seed);
  const next = () => QUESTIONS[Math.floor(random() * QUESTIONS.length)]!;
  const grant = (fillerW: number) => {
    for (const listener of listeners) listener(stamp({ watts: GRANT_W, fillerW, reason }));
  };
  async function block(fillerW: number, into: Asked): Promise<void> {
    grant(fillerW);
    await sleep(SETTLE_MS);
    for (let i = 0; i < each; i++) {
      await sleep(PAUSE_MS[0] + random() * (PAUSE_MS[1] - PAUSE_MS[0]));
      into.firstMs.push((await ask(path, next())).firstMs);
    }
    const startedMs = performance.now();
    for (const content of QUESTIONS) await ask(path, content);
    into.eachMs.push((performance.now() - startedMs) / QUESTIONS.length);
  }
  const filler: Asked = { firstMs: [], eachMs: [] };
  const none: Asked = { firstMs: [], eachMs: [] };
  try {
    await block(GRANT_W, { firstMs: [], eachMs: [] });
    for (let pair = 0; pair < pairs; pair++) {
      if (pair % 2 === 0) await block(GRANT_W, filler);
      await block(0, none);
      if (pair % 2 === 1) await block(GRANT_W, filler);
    }
    return { filler, none, slower: filler.eachMs.map((ms, i) => ms / none.eachMs[i]! - 1) };
  } finally {
    await compute.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

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
const WARM_MS = 3000;
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
  /** Questions a second, one after the other without a pause. */
  perS: number[];
}

/** The shipped experts asked by turns while filler has all the watts and while it has none. */
export async function askBeside(rounds: number, each: number, seed: number): Promise<{ filler: Asked; none: Asked }> {
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
  async function round(fillerW: number, into: Asked): Promise<void> {
    for (const listener of listeners) listener(stamp({ watts: GRANT_W, fillerW, reason }));
    await sleep(WARM_MS);
    for (let i = 0; i < each; i++) {
      await sleep(PAUSE_MS[0] + random() * (PAUSE_MS[1] - PAUSE_MS[0]));
      into.firstMs.push((await ask(path, next())).firstMs);
    }
    const startedMs = performance.now();
    for (let i = 0; i < each; i++) await ask(path, next());
    into.perS.push((each * 1000) / (performance.now() - startedMs));
  }
  const [filler, none]: [Asked, Asked] = [
    { firstMs: [], perS: [] },
    { firstMs: [], perS: [] },
  ];
  try {
    for (let i = 0; i < rounds; i++) {
      await round(0, none);
      await round(GRANT_W, filler);
    }
    return { filler, none };
  } finally {
    await compute.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

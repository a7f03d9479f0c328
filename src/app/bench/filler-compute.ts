import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCompute } from '../../compute/start.ts';
import type { MessageOf, TopicName } from '../../contract/topics.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../core/config.ts';
import { leaseStamp } from '../../core/lease.ts';
import { createLog } from '../../core/log.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
const GRANT_MS = 600_000;

/**
 * All of compute with the experts that ship, and those that `prepare` puts beside them, its engine process below this one,
 * granted what the bench says.
 */
export async function startAlone(config: Config, prepare: (models: string) => Promise<void> = async () => {}) {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-filler-'));
  await prepare(dir);
  const listeners: ((message: MessageOf<'grant'>) => void)[] = [];
  let fillerTokens = 0;
  const link = {
    publish<N extends TopicName>(name: N, message: MessageOf<N>) {
      if (name === 'work') fillerTokens = (message as MessageOf<'work'>).fillerTokens;
    },
    on<N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void) {
      if (name === 'grant') listeners.push(listener as never);
    },
  };
  const path = join(dir, 'compute.sock');
  const parts = { config, shippedDir: SHIPPED, installedDir: dir, clock: systemClock, listen: { path }, link };
  const compute = await startCompute({ ...parts, log: createLog('bench', 'silent') });
  const stamp = leaseStamp<MessageOf<'grant'>['value']>('bench', GRANT_MS);
  const reason = { what: 'compute', code: 'bench', text: 'the bench asks for it' };
  return {
    path,
    fillerTokens: () => fillerTokens,
    /** All of it pays even unpaid, where not said otherwise. */
    grant(watts: number, fillerW = watts) {
      for (const listener of listeners) listener(stamp({ watts, fillerW, reason }));
    },
    async stop() {
      await compute.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The status of its answer. */
export function ask(socketPath: string, rest: object = {}): Promise<number> {
  const body = JSON.stringify({ model: 'faults', messages: [{ role: 'user', content: 'it is too cold' }], ...rest });
  return new Promise((resolve, reject) => {
    const options = { socketPath, method: 'POST', path: '/v1/chat/completions', agent: false };
    const request = http.request(options, (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0)));
    request.on('error', reject);
    request.end(body);
  });
}

import { mkdtempSync, rmSync } from 'node:fs';
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

/** All of compute with the experts that ship, its engine process below this one, granted what the bench says. */
export async function startAlone(config: Config) {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-filler-'));
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
    /** All of it pays even unpaid. */
    grant(watts: number) {
      for (const listener of listeners) listener(stamp({ watts, fillerW: watts, reason }));
    },
    async stop() {
      await compute.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

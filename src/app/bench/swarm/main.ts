/** One process of the swarm bench: starts the nodes that its parent names by IPC, says their keys and ports, and ends with it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { systemClock } from '../../../core/clock.ts';
import { seededRandom } from '../../../core/random.ts';
import { SwarmConfig } from '../../../core/swarm-config.ts';
import { identityFromSeed } from '../../../net/swarm/identity.ts';
import { startNode } from '../../../net/swarm/node.ts';
import { openDiscoveries } from '../../../net/swarm/open.ts';
import { openUnsealer } from '../../../net/swarm/seal/ends.ts';
import { echoCompute } from './echo-compute.ts';
import type { NodeSpec, Started } from './fleet.ts';
import { tradeOf } from './sunny.ts';

const TOKEN_MS = 15;
const log = pino({ level: 'silent' });
const dir = mkdtempSync(join(tmpdir(), 'heatmine-swarm-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const compute = await echoCompute(TOKEN_MS);

async function start({ seed, config: settings }: NodeSpec): Promise<Started> {
  const identity = identityFromSeed(createHash('sha256').update(`bench node ${seed}`).digest());
  const config = SwarmConfig.parse({ join: true, ...settings });
  const node = await startNode({
    ...{ config, port: 0, identity, compute, log, random: seededRandom(seed) },
    ...(config.serve && { trade: await tradeOf(mkdtempSync(join(dir, 'node-'))) }),
    unsealer: config.serve && (await openUnsealer(systemClock)),
    discoveries: (port) => openDiscoveries({ config, port, identity, log }),
  });
  return { key: identity.id, port: node.port };
}

process.on('message', async (specs: NodeSpec[]) => {
  const started: Started[] = [];
  for (const spec of specs) started.push(await start(spec));
  process.send!(started);
});
process.on('disconnect', () => process.exit(0));

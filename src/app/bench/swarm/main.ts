/**
 * One process of nodes: starts those that its parent names by IPC and says their keys and ports; when told `cpu`, the processor
 * time so far, ms; when told `memory`, where it is, bytes. Ends with its parent. Arguments: milliseconds for a token; `wide` where answers
 * need not wait for each other and look-ups have no limit.
 */
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
import { openWeights } from '../../../net/swarm/weights/weights.ts';
import { echoCompute } from './echo-compute.ts';
import { cpuMs, type NodeSpec, type Started } from './host.ts';
import { tradeOf } from './sunny.ts';

const log = pino({ level: 'silent' });
const dir = mkdtempSync(join(tmpdir(), 'heatmine-swarm-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const isWide = process.argv[3] === 'wide';
/** All askers of a bench come from one machine. */
const WIDE = { perS: 1e6, burst: 1e6 };
const compute = await echoCompute(Number(process.argv[2]), isWide);

async function start({ seed, config: settings, weights: home }: NodeSpec): Promise<Started> {
  const identity = identityFromSeed(createHash('sha256').update(`bench node ${seed}`).digest());
  const config = SwarmConfig.parse({ join: true, ...settings });
  const random = seededRandom(seed);
  const dirs = home !== undefined && { home, modelsDir: join(home, 'models'), stateDir: join(home, 'state') };
  const parts = { config, self: identity.id, paid: () => [], onLiar: () => {}, random, log };
  const node = await startNode({
    ...(dirs && { weights: openWeights({ ...parts, ...dirs }) }),
    ...{ config, port: 0, identity, compute, log, random },
    ...(config.serve && { trade: await tradeOf(mkdtempSync(join(dir, 'node-'))) }),
    ...(isWide && { limits: { lookUps: WIDE, lookUpsPerOrigin: WIDE } }),
    unsealer: config.serve || config.relay ? await openUnsealer(systemClock) : undefined,
    discoveries: (port) => openDiscoveries({ config, port, identity, log }),
  });
  return { key: identity.id, port: node.port };
}

process.on('message', async (told: NodeSpec[] | string) => {
  if (told === 'cpu') return process.send!(cpuMs());
  if (told === 'memory') return process.send!(process.memoryUsage());
  if (typeof told === 'string') return;
  const started: Started[] = [];
  for (const spec of told) started.push(await start(spec));
  process.send!(started);
});
process.on('disconnect', () => process.exit(0));

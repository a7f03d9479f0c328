/** A node with compute and its real engine in a process of its own: net's part in the swarm, without page and broker. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { tradeOf } from '../../../../src/app/bench/swarm/sunny.ts';
import { startCompute } from '../../../../src/compute/start.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { Config } from '../../../../src/core/config.ts';
import { pathsOf } from '../../../../src/core/paths.ts';
import { computeClient } from '../../../../src/net/ask/compute-client.ts';
import { loadIdentity } from '../../../../src/net/swarm/identity.ts';
import { openSwarm } from '../../../../src/net/swarm/open.ts';
import { grantOf, memoryLink } from '../../../compute/fixture.ts';

const MODELS = fileURLToPath(new URL('../../../../models', import.meta.url));
const config = Config.parse({ swarm: JSON.parse(process.argv[2]!), compute: { incomeEurPerKwh: 0.3, memoryMiB: 256 } });
const home = process.argv[3]!;
const { models, keys, state } = pathsOf(home);
for (const dir of [models, keys, state]) mkdirSync(dir, { recursive: true });
const log = pino({ level: 'debug' }, pino.destination({ dest: join(home, 'log'), sync: true }));
const link = memoryLink();
const path = join(home, 'c.sock');
await startCompute({
  ...{ config, shippedDir: MODELS, installedDir: models, listen: { path } },
  ...{ link, clock: systemClock, log },
});
link.deliver('grant', grantOf(4900, 4900, 'test grant', 600_000));
const node = await openSwarm({
  ...{ config: config.swarm, port: 0, keysDir: keys, compute: computeClient(path), log },
  trade: await tradeOf(state, { holdMs: 100 }),
  weights: { home, modelsDir: models, stateDir: state, lookMs: 1000 },
});
process.on('disconnect', () => process.exit(0));
process.send!({ port: node.port, key: loadIdentity(keys).id });

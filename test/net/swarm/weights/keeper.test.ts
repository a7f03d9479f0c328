import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { SwarmConfig } from '../../../../src/core/swarm-config.ts';
import { createLookups } from '../../../../src/net/swarm/demand/lookups.ts';
import type { Discovery } from '../../../../src/net/swarm/discovery/discovery.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { createPace } from '../../../../src/net/swarm/turns.ts';
import { keepByDemand } from '../../../../src/net/swarm/weights/keeper.ts';
import { nameTag } from '../../../../src/net/swarm/weights/tags.ts';
import type { UseLine } from '../../../../src/net/swarm/weights/uses.ts';
import { log, scratch, until } from '../../helpers.ts';
import { type Giver, giver, signedExpert } from './givers.ts';

const HOUR = Math.floor(Date.now() / 3_600_000);
const LIMIT_MS = 60_000;
/** Of both experts; the disk has room for one. */
const BYTES = 600_000;

const finds = (givers: readonly Giver[]): Discovery => ({
  name: 'test',
  announce: async () => {},
  async *find() {
    for (const { url, key } of givers) yield { url, key, reach: 'owner' };
  },
  close: async () => {},
});

/** Names of the experts that a node fetches first, where so many pay for each and these tags were looked for. */
async function firstFetched(payers: [number, number], lookedFor: 0 | 1): Promise<{ fetched: string; names: string[] }> {
  const experts = [await signedExpert('first', [BYTES]), await signedExpert('second', [BYTES])];
  experts.sort((a, b) => (a.id < b.id ? -1 : 1));
  const names = experts.map(({ manifest }) => manifest.expert.id);
  const givers = await Promise.all(
    experts.map((expert, at) => {
      const uses = Array.from({ length: payers[at]! }, (_, i): UseLine => [`payer ${i}`, '', 16, HOUR]);
      return giver(expert, { uses });
    }),
  );
  const home = scratch();
  const modelsDir = join(home.dir, 'models');
  mkdirSync(modelsDir);
  const lookups = createLookups(Date.now);
  for (let i = 0; i < 20; i++) lookups.looked(nameTag(names[lookedFor]!), { prefix: `192.0.${i}` });
  const stop = new AbortController();
  const admitted: string[] = [];
  const keeping = keepByDemand(
    {
      ...{ modelsDir, self: freshIdentity().id, discoveries: [finds(givers)], ownUses: () => [], changed: () => {} },
      weights: SwarmConfig.parse({ weights: { fetch: true, diskGB: 0.001 } }).weights,
      ...{ onLiar: assert.unreachable, random: seededRandom(1), now: Date.now, lookMs: 50, log },
      ...{ pace: createPace(1e12), lookups: lookups.of },
      async admit(dir, name) {
        assert.ok(existsSync(join(dir, 'w.gguf')));
        admitted.push(name);
        stop.abort();
      },
    },
    stop.signal,
  );
  await until('one has come', () => admitted.length > 0, LIMIT_MS);
  await keeping;
  await Promise.all(givers.map((one) => one.end()));
  for (const one of [...experts, home]) one.remove();
  return { fetched: admitted[0]!, names };
}

test('of two experts that as many pay for, a running node fetches the one that others look for', async () => {
  for (const at of [0, 1] as const) {
    const { fetched, names } = await firstFetched([2, 2], at);
    assert.is(fetched, names[at]);
  }
});

test('one payer more is worth more than any look-ups', async () => {
  const { fetched, names } = await firstFetched([3, 2], 1);
  assert.is(fetched, names[0]);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/log.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { readDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { dial } from '../../../src/net/swarm/wire/dial.ts';
import { log, sleep, until } from '../helpers.ts';
import { ECHO } from './peers.ts';
import { SERVE } from './swarm.ts';

const LIMIT_MS = 60_000;

test('a node says of itself what can answer here and nothing else, as it comes and goes, and tells its owner what is missing', async () => {
  const here = new Set<string>();
  let isSilent = true;
  let looks = 0;
  const told: string[] = [];
  const answers = async (id: string) => {
    looks++;
    if (isSilent) throw new HeatmineError('NOT_RUNNING', 'compute does not answer');
    return here.has(id);
  };
  const heard: Log = Object.assign(Object.create(log), {
    warn: (what: { experts?: string }) => what.experts && told.push(what.experts),
  });
  const node = await startNode({
    ...{ port: 0, identity: freshIdentity(), random: seededRandom(5), log: heard, lookMs: 20 },
    config: SwarmConfig.parse({ join: true, serve: { ...SERVE, experts: ['faults', 'convert', 'gone'] } }),
    compute: { answer: () => assert.unreachable() as never, answers },
    discoveries: async () => [],
  });
  const url = `ws://127.0.0.1:${node.port}`;
  const connection = await dial({ url, reach: 'owner', identity: freshIdentity(), handlers: ECHO });
  let said: string[] | undefined;
  const look = async (topic: string) => {
    const found = await connection.ask({ type: 'find', topic, limit: 1 });
    assert.is(found.type, 'found');
    const [own] = found.type === 'found' ? found.descriptors : [];
    said =
      own === undefined
        ? undefined
        : readDescriptor(Buffer.from(own, 'base64url'), Date.now())!.experts.map(({ id }) => id);
    return said;
  };
  const becomes = async (topic: string, wanted: string[] | undefined) => {
    const endMs = performance.now() + LIMIT_MS;
    while (JSON.stringify(await look(topic)) !== JSON.stringify(wanted) && performance.now() < endMs) await sleep(10);
    assert.equal(said, wanted);
  };
  assert.is(await look('heating'), undefined, 'compute has not said yet what is here');
  here.add('faults');
  isSilent = false;
  await becomes('heating', ['faults']);
  assert.is(await look('units'), undefined, 'a topic of none that is here');
  here.add('gone');
  await becomes('general', ['faults', 'gone']);
  await until('told', () => told.at(-1) === 'convert', LIMIT_MS);
  isSilent = true;
  const silentFrom = looks;
  await until('compute is silent', () => looks > silentFrom + 6, LIMIT_MS);
  assert.equal(await look('general'), ['faults', 'gone'], 'what it said last holds');
  isSilent = false;
  here.clear();
  await becomes('heating', undefined);
  const again = told.length;
  const from = looks;
  await until('looked again and again', () => looks > from + 12, LIMIT_MS);
  assert.ok(told.length <= again + 1 && told.every((one, i) => one !== told[i + 1]), 'each is told once');
  connection.close(1000, '');
  await node.close();
});

test.run();

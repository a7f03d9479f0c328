/** An expert that is only to be reached through a relay: what was paid for it outlives a kill, and its files come whole. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishExpert } from '../../../../src/app/experts/publish.ts';
import { LEDGER_FILE } from '../../../../src/net/ledger/ledger.ts';
import { readLedgerFile } from '../../../../src/net/ledger/read.ts';
import { createPace } from '../../../../src/net/swarm/turns.ts';
import { findManifests, findSources } from '../../../../src/net/swarm/weights/find.ts';
import { openSource } from '../../../../src/net/swarm/weights/source.ts';
import { nameTag } from '../../../../src/net/swarm/weights/tags.ts';
import { decodeUses } from '../../../../src/net/swarm/weights/uses.ts';
import { openTallies, vouchedFor } from '../../../../src/net/swarm/weights/vouch.ts';
import { addTalker } from '../../../compute/served.ts';
import { log, scratch, until } from '../../helpers.ts';
import { testPurse } from '../pay/purse.ts';
import { eventually, SERVE, testSwarm } from '../swarm.ts';
import { fetchFrom } from './givers.ts';

const LIMIT_MS = 120_000;
const NOWHERE = 'ws://127.0.0.1:9';

test('behind a relay: paid use is told again after a kill, with its relay, and all files come by way of it', async () => {
  const swarm = testSwarm();
  const [home, target] = [scratch(), scratch()];
  for (const name of ['models', 'keys', 'state']) mkdirSync(join(home.dir, name));
  addTalker(join(home.dir, 'models'), 'pumps', { maxTokens: 12, topics: ['pumps'] });
  await publishExpert(join(home.dir, 'models', 'pumps'), join(home.dir, 'keys'));
  const relay = await swarm.node({ relay: true, weights: { relayKBps: 1_000_000 } });
  const bootstrap = [`127.0.0.1:${relay.port}`];
  const relays = [{ key: relay.key, url: relay.url }];
  const serve = { ...SERVE, minPriceUcPerMtok: 500, experts: ['pumps'] };
  const config = { bootstrap, urls: [NOWHERE], relays, serve, weights: { seed: true, upKBps: 1_000_000 } };
  const first = await swarm.unit(config, home.dir);
  for (let i = 0; i < 2; i++) {
    const payer = await swarm.asker({ bootstrap }, { purse: testPurse() });
    const question = { topics: ['general'], maxPrice: 1_000_000 };
    await eventually(() => payer.ask('why is the pump loud?', question), LIMIT_MS);
  }
  const file = join(home.dir, 'state', LEDGER_FILE);
  await until('both are on disk', () => readLedgerFile(file).books.uses.size === 2, LIMIT_MS);
  await first.kill();
  const again = await swarm.unit(config, home.dir);
  assert.is(again.key, first.key);

  const { discoveries } = await swarm.asker({ bootstrap });
  const finding = { discoveries, pace: createPace(1e12), log };
  const { id, manifest, sources } = await eventually(async () => {
    const [found] = await findManifests(nameTag('pumps'), finding);
    if (!found) throw new Error('not found yet');
    return found;
  }, LIMIT_MS);
  assert.equal(
    sources.map(({ key }) => key),
    [again.key],
  );
  const session = await openSource(sources[0]!, finding);
  const told = decodeUses(await session.uses(id));
  session.close();
  assert.is(new Set(told.map(([payer]) => payer)).size, 2);
  const tallyOf = await openTallies(discoveries, log);
  const counted = await vouchedFor(again.key, tallyOf)(told);
  assert.equal(
    counted.map(([, by]) => by),
    [relay.key, relay.key],
    'the relay vouches for what the ledger says',
  );

  const { from } = await fetchFrom(manifest, target.dir, await findSources(nameTag('pumps'), finding));
  assert.equal([...from.keys()], [again.key]);
  for (const { name } of manifest.files) {
    const [came, signed] = [target.dir, join(home.dir, 'models', 'pumps')].map((dir) => readFileSync(join(dir, name)));
    assert.ok(came!.equals(signed!), name);
  }
  const direct = sources.map((source) => ({ ...source, ways: source.ways.filter(({ path }) => path.length === 0) }));
  const nothing = await openSource(direct[0]!, finding).then(
    () => 'reached',
    () => 'not reached',
  );
  assert.is(nothing, 'not reached');
  await swarm.end();
  for (const one of [home, target]) one.remove();
});

test.run();

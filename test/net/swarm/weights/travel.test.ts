/** The way of an expert: asked for, fetched because of that, and there when its maker and the way in have gone. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { publishExpert } from '../../../../src/app/experts/publish.ts';
import { originOf } from '../../../../src/net/swarm/weights/installed.ts';
import { addTalker } from '../../../compute/served.ts';
import { scratch, until } from '../../helpers.ts';
import { testPurse } from '../pay/purse.ts';
import { eventually, SERVE, testSwarm } from '../swarm.ts';

const LIMIT_MS = 240_000;
const PAID = { topics: ['general'], maxPrice: 1_000_000 };
const FETCHES = {
  serve: { ...SERVE, experts: [], minPriceUcPerMtok: 500, fetched: true },
  weights: { seed: true, fetch: true },
};

/** A home that has made and published an expert. */
async function makerHome(id: string): Promise<{ dir: string; remove(): void }> {
  const home = scratch();
  for (const name of ['models', 'keys', 'state']) mkdirSync(join(home.dir, name));
  addTalker(join(home.dir, 'models'), id, { maxTokens: 12, topics: ['pumps'], parents: ['ancestor'] });
  await publishExpert(join(home.dir, 'models', id), join(home.dir, 'keys'));
  return home;
}

const hasExpert = (home: string, id: string) => existsSync(join(home, 'models', id, 'expert.json'));
const logOf = (home: string) => readFileSync(join(home, 'log'), 'utf8');

test('publisher and bootstrap are killed; the expert that was in demand lives on, and moves on', async () => {
  const swarm = testSwarm();
  const maker = await makerHome('pumps');
  const [second, third] = [scratch(), scratch()];
  const first = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${first.port}`];
  const publisher = await swarm.unit(
    { bootstrap, serve: { ...SERVE, minPriceUcPerMtok: 500, experts: ['pumps'] }, weights: { seed: true } },
    maker.dir,
  );
  const q = await swarm.unit({ bootstrap, ...FETCHES }, second.dir);
  /** Somebody with a purse of his own. */
  const payer = async (at: string[]) => {
    const asker = await swarm.asker({ bootstrap: at }, { purse: testPurse() });
    return () => eventually(() => asker.ask('why is the pump loud?', PAID), LIMIT_MS);
  };
  const one = await payer(bootstrap);
  const said = await one();
  assert.is(said.node, publisher.key);
  assert.ok(said.said.length > 0);
  for (let i = 0; i < 3; i++) await one();
  assert.not.ok(hasExpert(second.dir, 'pumps'), 'one who asks is no demand, however often');
  for (let i = 0; i < 2; i++) await (await payer(bootstrap))();
  await until('the second node has fetched it', () => hasExpert(second.dir, 'pumps'), LIMIT_MS);
  const origin = originOf(join(second.dir, 'models', 'pumps'))!;
  assert.is(origin.how, 'demand');
  assert.match(origin.what, /^[\d.]+ paying askers want pumps, 1 other nodes have it$/);
  assert.equal(Object.keys(origin.from), [publisher.key]);
  assert.match(logOf(second.dir), 'fetching an expert because of demand');

  await Promise.all([publisher.kill(), first.kill()]);
  // The expert's second home lets others in and answers what the first did, word for word.
  const around = [`127.0.0.1:${q.port}`];
  const r = await swarm.unit({ bootstrap: around, ...FETCHES }, third.dir);
  for (let i = 0; i < 3; i++) {
    const answer = await (await payer(around))();
    assert.is(answer.node, q.key);
    assert.is(answer.said, said.said);
  }
  await until('the third node has fetched it', () => hasExpert(third.dir, 'pumps'), LIMIT_MS);
  await q.kill();
  const answer = await (await payer([`127.0.0.1:${r.port}`]))();
  assert.is(answer.node, r.key);
  assert.is(answer.said, said.said);
  await swarm.end();
  for (const home of [maker, second, third]) home.remove();
});

test.run();

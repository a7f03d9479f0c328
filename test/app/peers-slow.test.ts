/** A list of nodes waits for those on busy machines, too. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signDescriptor } from '../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../src/net/swarm/identity.ts';
import { scratch, sleep } from '../net/helpers.ts';
import { ECHO, testPeers } from '../net/swarm/peers.ts';

const SLOW_MS = 1500;
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const heatmine = (...args: string[]) => promisify(execFile)(process.execPath, [entry, ...args]);

/** A node that has this expert to offer, and takes so long to say so. */
async function offering(id: string, afterMs: number) {
  const identity = freshIdentity();
  const experts = [{ id, topics: ['units'], languages: ['en'], price: 0 }];
  const issuedS = Math.floor(Date.now() / 1000);
  const text = signDescriptor(identity, { issuedS, urls: [], relays: [], relay: false, experts }).toString('base64url');
  const peers = await testPeers({
    identity,
    handlers: {
      ...ECHO,
      async onAsk(frame) {
        await sleep(afterMs);
        return { type: 'found', id: frame.id, descriptors: [text] };
      },
    },
  });
  return { ...peers, at: { key: identity.id, url: peers.url } };
}

test('peers and experts search list a node that takes longer than others', async () => {
  const [quick, slow] = await Promise.all([offering('quick', 0), offering('slow', SLOW_MS)]);
  const home = scratch();
  writeFileSync(
    join(home.dir, 'config.yaml'),
    `swarm: ${JSON.stringify({ join: true, lan: false, relays: [quick.at, slow.at] })}\n`,
  );
  try {
    const [peers, search] = await Promise.all(
      [['peers'], ['experts', 'search']].map((args) => heatmine(...args, '--home', home.dir)),
    );
    for (const name of ['quick', 'slow']) {
      assert.match(peers!.stdout, `${name} (units; free)`, peers!.stderr);
      assert.match(search!.stdout, name, search!.stderr);
    }
  } finally {
    await Promise.all([quick.end(), slow.end()]);
    home.remove();
  }
});

test.run();

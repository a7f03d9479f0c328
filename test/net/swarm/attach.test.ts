import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keepAttached } from '../../../src/net/swarm/attach.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { log, until } from '../helpers.ts';
import { ECHO, testPeers } from './peers.ts';

test('a relay that is just being told hears of what changes meanwhile, and has the last word in the end', async () => {
  const heard: string[] = [];
  let answerFirst = () => {};
  const relay = await testPeers({
    handlers: {
      ...ECHO,
      async onAsk(frame) {
        if (frame.type !== 'attach') return assert.unreachable() as never;
        heard.push(Buffer.from(frame.descriptor, 'base64url').toString());
        if (heard.length === 1) await new Promise<void>((resolve) => (answerFirst = resolve));
        return { type: 'attached', id: frame.id, accepted: true, why: '' };
      },
    },
  });
  let offer = 'nothing yet';
  const attached = keepAttached({
    relays: [{ key: relay.identity.id, url: relay.url }],
    ...{ identity: freshIdentity(), handlers: ECHO, log },
    descriptor: () => Buffer.from(offer),
    tags: () => [],
    onChange: () => {},
  });
  await until('told', () => heard.length === 1);
  offer = 'faults';
  const renewed = attached.renew();
  await until('told again', () => heard.length === 2);
  answerFirst();
  await renewed;
  await until('open', () => attached.current().length === 1);
  assert.equal(heard, ['nothing yet', 'faults']);
  attached.close();
  await relay.end();
});

test.run();

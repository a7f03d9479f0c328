import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { brokerOffer } from '../../src/app/broker-offer.ts';
import { Config } from '../../src/core/config.ts';

test('a port that somebody holds is told with how to join it; a free one and a joined one are not', async () => {
  const broker = createServer();
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  const { port } = broker.address() as { port: number };
  const url = `mqtt://127.0.0.1:${port}`;
  assert.match((await brokerOffer(Config.parse({}), port))!, `net.houseBroker.url: ${url}`);
  assert.is(await brokerOffer(Config.parse({ net: { houseBroker: { url } } }), port), undefined);
  await new Promise((resolve) => broker.close(resolve));
  assert.is(await brokerOffer(Config.parse({}), port), undefined);
});

test.run();

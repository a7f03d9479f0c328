import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { brokerOffer } from '../../src/app/broker-offer.ts';
import { Config, parseConfig } from '../../src/core/config.ts';

/** Answers whoever knocks with these bytes. */
async function holding(answer: number[], use: (url: string) => Promise<void>) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      answer.length > 0 ? socket.write(Uint8Array.from(answer)) : socket.end('HTTP/1.1 400\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await use(`mqtt://127.0.0.1:${port}`).finally(() => server.close());
}
const CONNACK = [0x20, 2, 0];

test('a broker beside us is told with the very line that joins it; what speaks no MQTT is none', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'offer-'));
  const config = join(dir, 'config.yaml');
  const none = Config.parse({});
  try {
    await holding([...CONNACK, 0], async (url) => {
      const whole = /the line {2}(net: .*) {2}\(/.exec((await brokerOffer(none, { config }, url))!)![1]!;
      assert.equal(parseConfig(whole, 'config.yaml').net.houseBroker, { url, commands: false });
      writeFileSync(config, 'net:\n  host: 0.0.0.0\n');
      const part = /indented, {2}(.*) {2}\(/.exec((await brokerOffer(none, { config }, url))!)![1]!;
      const { net } = parseConfig(`net:\n  host: 0.0.0.0\n  ${part}\n`, 'config.yaml');
      assert.equal([net.host, net.houseBroker?.url], ['0.0.0.0', url]);
      assert.is(await brokerOffer(Config.parse({ net: { houseBroker: { url } } }), { config }, url), undefined);
    });
    await holding([...CONNACK, 5], async (url) => {
      const line = /indented, {2}(.*) {2}\(/.exec((await brokerOffer(none, { config }, url))!)![1]!;
      assert.is(parseConfig(`net:\n  ${line}\n`, 'config.yaml').net.houseBroker?.username, 'NAME');
    });
    await holding([], async (url) => assert.is(await brokerOffer(none, { config }, url), undefined));
    assert.is(await brokerOffer(none, { config }, 'mqtt://127.0.0.1:1'), undefined);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.run();

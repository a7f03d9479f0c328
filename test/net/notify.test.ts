import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../src/contract/messages.ts';
import { Config } from '../../src/core/config.ts';
import { createNotifier } from '../../src/net/notify.ts';
import { log, UNIT, until } from './helpers.ts';
import { smtpStub } from './smtp-stub.ts';

interface Post {
  url: string;
  body: Record<string, unknown>;
}

/** Takes what is posted; `refuse` answers 503 to the next so many. */
async function receiver() {
  const posts: Post[] = [];
  let refuse = 0;
  const server = createServer(async (req: IncomingMessage, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    if (refuse > 0) {
      refuse--;
      res.writeHead(503).end();
      return;
    }
    posts.push({ url: req.url!, body });
    res.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    posts,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (n: number) => {
      refuse = n;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const FAULT: Event = {
  timeMs: 5,
  level: 'fault',
  source: 'control',
  code: 'safety-S3',
  text: 'the high-pressure switch has opened; check water flow and filters',
};

async function withNotifier(
  notify: (url: string) => object,
  body: (at: {
    notifier: ReturnType<typeof createNotifier>;
    seen: Awaited<ReturnType<typeof receiver>>;
    pass: (ms: number) => void;
  }) => Promise<void>,
  language = 'en',
) {
  const seen = await receiver();
  let nowMs = 0;
  const config = Config.parse({ unit: UNIT, notify: notify(seen.url), net: { language } });
  const notifier = createNotifier({
    config,
    notify: () => config.notify,
    home: '/nonexistent',
    monoMs: () => nowMs,
    wallMs: () => 7,
    log,
    retriesMs: [20, 20],
  });
  try {
    await body({
      notifier,
      seen,
      pass: (ms) => {
        nowMs += ms;
      },
    });
  } finally {
    notifier.close();
    seen.close();
  }
}

test('a fault goes to ntfy as JSON at its root and to the webhook, once in half an hour', () =>
  withNotifier(
    (url) => ({ ntfy: `${url}/my-topic`, webhook: `${url}/hook?a=1` }),
    async ({ notifier, seen, pass }) => {
      notifier.event({ ...FAULT, level: 'warn' });
      notifier.event(FAULT);
      notifier.event(FAULT);
      await until('both', () => seen.posts.length >= 2, 15_000);
      const ntfy = seen.posts.find(({ url }) => url === '/')!.body;
      assert.equal([ntfy.topic, ntfy.priority], ['my-topic', 5]);
      assert.match(String(ntfy.message), 'the high-pressure switch has opened');
      const hook = seen.posts.find(({ url }) => url === '/hook?a=1')!.body;
      assert.equal([hook.unit, hook.code, hook.level, hook.timeMs], [UNIT, 'safety-S3', 'fault', 5]);
      pass(31 * 60_000);
      notifier.event(FAULT);
      await until('again', () => seen.posts.length >= 4, 15_000);
      assert.is(seen.posts.length, 4);
    },
  ));

test('in German; a target that refuses is tried again', () =>
  withNotifier(
    (url) => ({ webhook: `${url}/hook` }),
    async ({ notifier, seen }) => {
      seen.refuse(2);
      notifier.event(FAULT);
      await until('the third try', () => seen.posts.length === 1, 15_000);
      assert.match(String(seen.posts[0]!.body.text), 'der Hochdruckschalter hat ausgelöst');
    },
    'de',
  ));

test('a control loop that is silent for half a minute is told once, and anew after it came back', () =>
  withNotifier(
    (url) => ({ webhook: `${url}/hook` }),
    async ({ notifier, seen, pass }) => {
      notifier.look(true);
      pass(29_000);
      notifier.look(false);
      assert.is(seen.posts.length, 0);
      pass(2_000);
      notifier.look(false);
      notifier.look(false);
      await until('told', () => seen.posts.length === 1, 15_000);
      assert.is(seen.posts[0]!.body.code, 'control-silent');
      notifier.look(true);
      pass(40 * 60_000);
      notifier.look(false);
      await until('told anew', () => seen.posts.length === 2, 15_000);
    },
  ));

test('the test says what became of each, and never the address', () =>
  withNotifier(
    (url) => ({ ntfy: `${url}/t`, webhook: 'http://127.0.0.1:9/secret-path' }),
    async ({ notifier }) => {
      const [ntfy, webhook] = await notifier.test();
      assert.equal(ntfy, { target: 'ntfy', ok: true, detail: 'delivered' });
      assert.is(webhook!.ok, false);
      assert.not.match(webhook!.detail, 'secret-path');
    },
  ));

test('by e-mail through a server on this machine, with umlauts; one that offers no TLS elsewhere gets nothing', async () => {
  const smtp = await smtpStub();
  const email = { to: 'owner@example.org', host: '127.0.0.1', port: smtp.port, from: 'unit@example.org' };
  try {
    await withNotifier(
      () => ({ email }),
      async ({ notifier }) => {
        notifier.event(FAULT);
        await until('the e-mail', () => smtp.mails.length === 1, 15_000);
        assert.equal(smtp.mails[0]!.to, ['owner@example.org']);
        assert.match(smtp.mails[0]!.text, /Subject: .*HeatMine/);
        assert.match(smtp.mails[0]!.text, /ausgel=C3=B6st/);
      },
      'de',
    );
    await withNotifier(
      // Loopback by a name that the rule does not know for it.
      () => ({ email: { ...email, host: '127.0.0.2' } }),
      async ({ notifier }) => {
        const [result] = await notifier.test();
        assert.is(result!.ok, false);
        assert.is(smtp.mails.length, 1);
      },
    );
    await withNotifier(
      () => ({ email: { ...email, username: 'u', passwordFile: 'keys/none' } }),
      async ({ notifier }) => assert.match((await notifier.test())[0]!.detail, 'CONFIG_INVALID'),
    );
  } finally {
    smtp.close();
  }
});

test('nothing set up, nothing sent', () =>
  withNotifier(
    () => ({}),
    async ({ notifier }) => {
      notifier.event(FAULT);
      assert.equal(await notifier.test(), []);
    },
  ));

test.run();

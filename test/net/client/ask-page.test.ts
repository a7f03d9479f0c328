import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { inviteLine } from '../../../src/net/swarm/invite.ts';
import { chromiumSuite } from '../../web/browser.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from '../swarm/swarm.ts';

const CANARY = 'canary-12 why is my flow too low?';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { page, run } = chromiumSuite<{ swarm: ReturnType<typeof testSwarm>; relay: EchoNode; expert: EchoNode }>(
  'page of a relay in Chromium',
);

page.before(async (context) => {
  context.swarm = testSwarm();
  context.relay = await context.swarm.node({ relay: true, askPage: true }, true);
  const bootstrap = [`127.0.0.1:${context.relay.port}`];
  context.expert = await context.swarm.node({ bootstrap, serve: SERVE });
  const { createClient } = await import('../../../src/net/client/client.ts');
  const client = createClient({ relays: [{ url: context.relay.url }], nearRelays: true });
  // Until the relay has found the expert: what it tells on is a minute old at the most.
  await eventually(async () => {
    const { nodes } = await client.find();
    if (nodes.length === 0) throw new Error('not found yet');
  }, 90_000);
});
page.after(({ swarm }) => swarm.end());

const addressOf = (relay: EchoNode) => `${relay.url.replace('ws:', 'http:')}/ask`;
interface How {
  locale?: string;
  width?: number;
  dark?: boolean;
}

type Context = Parameters<Parameters<typeof page>[1]>[0];

async function open({ browser, relay }: Context, how: How, use: (tab: Page) => Promise<void>) {
  const { locale = 'en-GB', width = 1000, dark = false } = how;
  const view = { viewport: { width, height: 900 }, colorScheme: dark ? ('dark' as const) : ('light' as const) };
  const context = await browser.newContext({ locale, reducedMotion: 'reduce', ...view });
  const complaints: string[] = [];
  const tab = await context.newPage();
  tab.setDefaultTimeout(60_000);
  tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(relay.url).host) complaints.push(`asks outside: ${request.url()}`);
  });
  try {
    await tab.goto(addressOf(relay));
    await use(tab);
    assert.equal(complaints, []);
  } finally {
    await context.close();
  }
}

async function askNear(tab: Page, question: string): Promise<void> {
  await tab.locator('summary').click();
  await tab.check('#near');
  await tab.fill('#question', question);
  await tab.keyboard.press('Enter');
  await tab.locator('.saw').first().waitFor();
}

page('seals in the browser, shows the answer and who saw what; a second question brings the first along', (context) =>
  open(context, {}, async (tab) => {
    await tab.locator('#expert option', { hasText: 'faults (heating; 1 node, free)' }).waitFor({ state: 'attached' });
    await askNear(tab, CANARY);
    assert.is(await tab.locator('.text').innerText(), CANARY);
    assert.match(
      await tab.locator('.saw').innerText(),
      `${context.relay.key.slice(0, 8)}… saw your address and no text`,
    );
    await tab.fill('#question', 'and again?');
    await tab.click('#send');
    await tab.locator('.saw').nth(1).waitFor();
    assert.is(await tab.locator('.text').nth(1).innerText(), 'and again?');
    assert.not.ok(Buffer.concat(context.relay.frames()).includes('canary-12'), 'the relay saw the question');
    const kept = await tab.evaluate(
      'JSON.stringify([localStorage.length, sessionStorage.length, document.cookie, location.href])',
    );
    assert.equal(JSON.parse(String(kept)), [0, 0, '', addressOf(context.relay)]);
    await tab.click('#forget');
    assert.is(await tab.locator('#answers > *').count(), 0);
  }),
);

page('without a relay apart nothing is sent, and the page says why; a cut invite line is told', (context) =>
  open(context, {}, async (tab) => {
    const before = context.relay.frames().filter((frame) => frame.includes('"open"')).length;
    await tab.fill('#question', CANARY);
    await tab.click('#send');
    await tab.locator('.refusal', { hasText: 'NO_ENTRY_RELAY' }).waitFor();
    assert.is(context.relay.frames().filter((frame) => frame.includes('"open"')).length, before);
    await tab.locator('summary').click();
    await tab.fill('#invite', 'heatmine:1:nonsense');
    await tab.fill('#question', CANARY);
    await tab.click('#send');
    await tab.locator('.refusal', { hasText: 'INVITE' }).waitFor();
  }),
);

for (const [name, how] of Object.entries({
  'German, dark, 360 px': { locale: 'de-DE', dark: true, width: 360 },
  'English, light': { width: 1280 },
} satisfies Record<string, How>)) {
  page(`${name}: nothing serious for axe, nothing wider than the screen, all by keyboard`, (context) =>
    open(context, how, async (tab) => {
      await askNear(tab, 'x '.repeat(200));
      const isGerman = 'locale' in how;
      assert.is(await tab.locator('html').getAttribute('lang'), isGerman ? 'de' : 'en');
      assert.match(
        await tab.locator('.saw').innerText(),
        isGerman ? 'sah Ihre Adresse und keinen Text' : 'saw your address',
      );
      const overflow = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      assert.is(await tab.evaluate(overflow), false);
      await tab.evaluate(AXE);
      const found = (await tab.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      const bad = found.violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes[0]?.html}`);
      assert.equal(bad, []);
      if (process.env.HEATMINE_SCREENSHOTS) {
        const file = join(process.env.HEATMINE_SCREENSHOTS, `ask-${isGerman ? 'de-360-dark' : 'en-1280'}.png`);
        await tab.screenshot({ path: file, fullPage: true });
      }
      const reached = new Set<string>();
      for (let i = 0; i < 12; i++) {
        await tab.keyboard.press('Tab');
        reached.add(String(await tab.evaluate('document.activeElement.id || document.activeElement.tagName')));
      }
      for (const id of ['question', 'expert', 'send', 'forget']) assert.ok(reached.has(id), `${id}: ${[...reached]}`);
    }),
  );
}

page('the client file alone works in a page of anybody', (context) =>
  open(context, {}, async (tab) => {
    const answer = await tab.evaluate(`(async () => {
      const { createClient, relaysOf } = await import('/heatmine-client.js');
      const client = createClient({ relays: relaysOf('${inviteLine({ bootstrap: [], relays: [{ key: context.relay.key, url: context.relay.url }] })}'), nearRelays: true });
      const { text, way } = await client.ask({ messages: [{ role: 'user', content: 'z'.repeat(15000) }] });
      return JSON.stringify([text.length, way.node]);
    })()`);
    assert.equal(JSON.parse(String(answer)), [15_000, context.expert.key]);
  }),
);

page('what is not the page is refused, and a relay that was not told to serves none', async ({ relay, expert }) => {
  const at = relay.url.replace('ws:', 'http:');
  const whole = await fetch(`${at}/ask`);
  assert.is(whole.status, 200);
  const csp = whole.headers.get('content-security-policy')!;
  assert.match(csp, "default-src 'none'");
  assert.match(csp, 'connect-src ws: wss:;');
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/ask/x',
    '/api/state',
    '/swarm.js',
    '/index.html%00',
  ])
    assert.is((await fetch(at + path)).status, 404, path);
  assert.is((await fetch(`${at}/ask`, { method: 'POST', body: 'x' })).status, 405);
  assert.is((await fetch(`${at}/ask`, { method: 'HEAD' })).status, 200);
  assert.is((await fetch(expert.url.replace('ws:', 'http:'))).status, 426);
});

page('the example of the docs asks by an invite line', async ({ relay }) => {
  const file = join(import.meta.dirname, '../../../docs/examples/ask.ts');
  assert.ok(readFileSync(file, 'utf8').trim().split('\n').length <= 20);
  const line = inviteLine({ bootstrap: [], relays: [{ key: relay.key, url: relay.url }] });
  const env = { ...process.env, NEAR: '1' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, line, CANARY], { env });
  let [said, told] = ['', ''];
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (told += data));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal([status, said], [0, CANARY], told);
  assert.match(told, 'sealed');
});

run();

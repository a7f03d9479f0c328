import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildWeb, webIsStale } from '../../scripts/build-web.ts';
import { CHUNKS, type Fixture, REFUSAL, startFixture } from './fixture.ts';

const CHROMIUM = '/usr/bin/chromium';
/** A loaded machine draws slowly; nothing here measures speed. */
const PATIENCE_MS = 30_000;
const FIRST_LOAD_LIMIT_BYTES = 80 * 1024;
const dist = join(import.meta.dirname, '../../web/dist');

const built = suite('page, built');
built.before(buildWeb);

built('JavaScript of the first load is at most 80 kB in gzip', () => {
  const scripts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, 'assets', name))).length, 0);
  assert.ok(scripts.length > 0);
  assert.ok(bytes <= FIRST_LOAD_LIMIT_BYTES, `${bytes} bytes`);
});

built('every address in the page is relative, so that it works under a sub-path', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]!);
  assert.ok(links.length >= 3);
  for (const link of links) assert.ok(link.startsWith('./'), link);
});

built('a fresh build is not stale', () => assert.not(webIsStale()));

built.run();

const page = suite<{ browser: Browser; unit: Fixture }>('page in Chromium');

page.before(async (context) => {
  const { chromium } = await import('playwright-core');
  context.browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
});
page.before.each(async (context) => {
  context.unit = await startFixture();
});
page.after.each(({ unit }) => unit.close());
page.after(({ browser }) => browser.close());

/** Opens the page, runs `use`, and fails on any console error, thrown error or request to another origin. */
async function visit(
  { browser, unit }: { browser: Browser; unit: Fixture },
  options: BrowserContextOptions,
  use: (tab: Page) => Promise<void>,
  expected: RegExp[] = [],
): Promise<void> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const complaints: string[] = [];
  const tab = await context.newPage();
  tab.setDefaultTimeout(PATIENCE_MS);
  tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(unit.url).host) complaints.push(`asks outside: ${request.url()}`);
  });
  try {
    await tab.goto(unit.url);
    await tab.waitForSelector('.schematic');
    await use(tab);
    assert.equal(
      complaints.filter((text) => !expected.some((pattern) => pattern.test(text))),
      [],
    );
  } finally {
    await context.close();
  }
}

const SCREENS: [string, BrowserContextOptions, string, string][] = [
  ['English, light', { locale: 'en-GB', colorScheme: 'light' }, '20.6 °C', 'Where the energy goes'],
  ['German, dark', { locale: 'de-DE', colorScheme: 'dark' }, '20,6 °C', 'Wohin die Energie geht'],
];
for (const [name, options, room, title] of SCREENS) {
  for (const width of [360, 1280]) {
    page(`${name}, ${width} px: live values, the simulated mark, charts, no sideways scroll`, (context) =>
      visit(context, { ...options, viewport: { width, height: 800 } }, async (tab) => {
        await tab.waitForSelector('.uplot canvas');
        const text = (await tab.innerText('body')).replaceAll('\u00a0', ' ');
        for (const wanted of [room, title, '×60', 'SENSOR_STALE']) assert.ok(text.includes(wanted), wanted);
        const over = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(over, 0);
        assert.equal(await tab.getAttribute('html', 'lang'), name.startsWith('German') ? 'de' : 'en');
      }),
    );
  }
}

page('the language switch changes every heading and is kept', (context) =>
  visit(context, {}, async (tab) => {
    const headings = () => tab.locator('h2').allInnerTexts();
    const english = await headings();
    await tab.getByRole('button', { name: 'Deutsch' }).click();
    const german = await headings();
    assert.equal(german.length, english.length);
    for (const [i, heading] of german.entries()) assert.is.not(heading, english[i]);
    await tab.reload();
    await tab.waitForSelector('.schematic');
    assert.equal(await headings(), german);
  }),
);

page('two presses on + send one command with the sum, and the echo becomes the effective value', (context) =>
  visit(context, {}, async (tab) => {
    // Both within one task of the page: the pause between them must not depend on how busy this machine is.
    await tab.evaluate(
      "const plus = document.querySelector('#roomSetC [aria-label$=warmer]'); plus.click(); plus.click();",
    );
    await tab.locator('#effective', { hasText: '22.0' }).waitFor();
    assert.equal(context.unit.commands, [{ name: 'roomSetC', value: 22, by: 'page' }]);
  }),
);

page('the mode is chosen by keyboard', (context) =>
  visit(context, {}, async (tab) => {
    await tab.focus('#mode input:checked');
    await tab.keyboard.press('ArrowRight');
    await tab.locator('#effective', { hasText: 'Automatic' }).waitFor();
    assert.equal(context.unit.commands, [{ name: 'mode', value: 'auto', by: 'page' }]);
  }),
);

page('observing only is a setting, and says so at the top', (context) =>
  visit(context, {}, async (tab) => {
    await tab.getByRole('radio', { name: 'Observes only' }).check({ force: true });
    await tab.locator('.chip.warn', { hasText: 'Observes only' }).waitFor();
    assert.equal(context.unit.commands, [{ name: 'operation', value: 'observe', by: 'page' }]);
  }),
);

page('a wish for a while: pressed it is in force with its cost, pressed again it ends', (context) =>
  visit(context, {}, async (tab) => {
    const warmer = tab.locator('#wish-warmer');
    await warmer.click();
    await tab.locator('#wish-warmer[aria-pressed=true]', { hasText: '180 min more, about 0.40 EUR' }).waitFor();
    await warmer.click();
    await tab.locator('#wish-warmer[aria-pressed=false]', { hasText: '3 h' }).waitFor();
    const wish = { kind: 'warmer', id: '', by: 'page' };
    assert.equal(context.unit.commands, [
      { ...wish, forMin: 180 },
      { ...wish, forMin: 0 },
    ]);
  }),
);

page('what the unit refuses is said and not shown as taken', (context) =>
  visit(
    context,
    {},
    async (tab) => {
      await tab.getByRole('button', { name: 'Hot water: warmer' }).click();
      await tab.locator('#hotWaterSetC .note', { hasText: REFUSAL }).waitFor();
      assert.ok((await tab.innerText('#hotWaterSetC output')).includes('48'));
    },
    [/400 \(Bad Request\)/],
  ),
);

page('an answer streams, says who answered and why, and what it warmed', (context) =>
  visit(context, {}, async (tab) => {
    await tab.fill('#question', 'Why is my flow too low?');
    await tab.keyboard.press('Enter');
    await tab.locator('.answer .text', { hasText: /^A low flow\s*$/ }).waitFor();
    await tab.waitForSelector('.warmed');
    assert.is(await tab.textContent('.answer .text'), CHUNKS.join(''));
    const answer = (await tab.innerText('.answer')).replaceAll('\u00a0', ' ');
    for (const wanted of ['Faults', '97 % sure', '0.17 Wh', 'modelled', '202 tokens'])
      assert.ok(answer.includes(wanted), wanted);
  }),
);

page('a refused question shows message, remedy and code', (context) =>
  visit(context, {}, async (tab) => {
    await tab.fill('#question', 'no power');
    await tab.click('#send');
    const alert = await tab.innerText('.answer [role=alert]');
    for (const wanted of ['No watts are granted now.', 'NO_POWER', '60']) assert.ok(alert.includes(wanted), alert);
  }),
);

page('a unit that falls silent is marked as old, and well again once it speaks', (context) =>
  visit(context, {}, async (tab) => {
    context.unit.speak(false);
    await tab.locator('#banner', { hasText: /No news from the unit for \d+ s/ }).waitFor();
    context.unit.speak(true);
    await tab.locator('#banner.empty').waitFor({ state: 'attached' });
  }),
);

page('energy moves in the drawings, but not for those who asked for rest', async (context) => {
  const moving = (reducedMotion: 'reduce' | 'no-preference', expected: (n: number) => boolean) =>
    visit(context, { reducedMotion }, async (tab) => {
      const n = Number(await tab.evaluate('document.getAnimations().length'));
      assert.ok(expected(n), `${n} animations with ${reducedMotion}`);
    });
  await moving('no-preference', (n) => n > 5);
  await moving('reduce', (n) => n === 0);
});

if (existsSync(CHROMIUM)) page.run();
else process.stdout.write('SKIP page in Chromium: needs /usr/bin/chromium\n');

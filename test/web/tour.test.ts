/** The page of `heatmine tour` in Chromium, served by the tour itself. */
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { SCENES } from '../../src/app/tour/scenes.ts';
import { runTour } from '../../src/app/tour/tour.ts';
import { createLog } from '../../src/core/log.ts';
import { AXE, SHOTS, serious } from './axe.ts';
import { chromiumSuite } from './browser.ts';

const { page, run } = chromiumSuite('the page of the tour');
const PATIENCE_MS = 60_000;

/** Plays the tour while a page is open; fails on anything in its console. */
async function play(
  browser: Browser,
  { lastsS, ...options }: BrowserContextOptions & { lastsS: number },
  use: (tab: Page) => Promise<void>,
) {
  const stop = new AbortController();
  const url = Promise.withResolvers<string>();
  const log = createLog('tour', 'fatal');
  const tour = runTour({ ...{ lastsS, port: 0, log, lingerS: 1, signal: stop.signal }, ready: url.resolve, tell() {} });
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const complaints: string[] = [];
  const tab = await context.newPage();
  tab.setDefaultTimeout(PATIENCE_MS);
  tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  tab.on('pageerror', (error) => complaints.push(error.message));
  try {
    await tab.goto(await url.promise);
    await tab.waitForSelector('#tour');
    await use(tab);
    assert.equal(complaints, []);
  } finally {
    await context.close();
    stop.abort();
    await tour;
  }
}

for (const [locale, title] of [
  ['en-GB', SCENES[0]!.title.en],
  ['de-DE', SCENES[0]!.title.de],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    page(
      `${locale}, ${colorScheme}: caption, three screens, no sideways scroll, nothing serious from axe`,
      ({ browser }) =>
        play(browser, { lastsS: 3600, locale, colorScheme, viewport: { width: 360, height: 800 } }, async (tab) => {
          await tab.evaluate(AXE);
          const found: string[] = [];
          for (const screen of ['now', 'plant', 'log']) {
            await tab.evaluate(`location.hash = '${screen}'`);
            await tab.waitForSelector(`#${screen}`);
            assert.match(await tab.innerText('#tour'), title);
            for (const width of [360, 820, 1280]) {
              await tab.setViewportSize({ width, height: 800 });
              const over = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
              assert.is(over, 0, `${screen} at ${width} px`);
              const path = join(SHOTS, `tour-${screen}-${locale}-${colorScheme}-${width}.png`);
              await tab.screenshot({ path, fullPage: true });
            }
            for (const finding of await serious(tab)) found.push(`${screen}: ${finding}`);
          }
          assert.is(await tab.locator('nav a').count(), 3);
          assert.equal(found, []);
        }),
    );
  }
}

page('at its end the page says so and stays quiet, instead of calling a unit that has gone', ({ browser }) =>
  play(browser, { lastsS: 3, locale: 'en-GB' }, async (tab) => {
    // The last words stand there, with what is to be typed set apart.
    await tab.locator('#tour code', { hasText: 'npm start' }).waitFor();
    // As long as three tries to connect again would take.
    await tab.waitForTimeout(4000);
    assert.match(await tab.innerText('#tour'), 'That was the tour');
    assert.is(await tab.locator('#banner').count(), 0);
  }),
);

run();

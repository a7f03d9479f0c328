/** The page in Chromium against a unit that really runs: nothing between the two is made up. */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildWeb, webIsStale } from '../../scripts/build-web.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { freeBase } from '../app/free-base.ts';

const CHROMIUM = '/usr/bin/chromium';
const START_MS = 90_000;
const PATIENCE_MS = 60_000;

const real = suite<{ browser: Browser; unit: SpawnedUnit }>('page against a running unit');
real.before(async (context) => {
  if (webIsStale()) await buildWeb();
  context.unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', '20'] });
  const { chromium } = await import('playwright-core');
  context.browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  await context.unit.until(({ control, compute }) => control !== null && compute !== null, START_MS);
});
real.after(async ({ browser, unit }) => {
  await browser.close();
  await unit.stop();
});

real(
  'a question is answered, a set-point moved takes effect, every screen opens, and the console is free of errors',
  async ({ browser, unit }) => {
    const tab = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    tab.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(error.message));
    await tab.goto(`${unit.url}/`);
    await tab.locator('#effective', { hasText: '21.0' }).waitFor();
    await tab.getByRole('button', { name: 'Room temperature: warmer' }).click();
    await tab.locator('#effective', { hasText: '21.5' }).waitFor();
    assert.is((await unit.state()).control?.setPoints.roomSetC, 21.5);

    await tab.goto(`${unit.url}/#ask`);
    await tab.fill('#question', 'why is my flow too low?');
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('.answer .warmed');
    assert.match(await tab.innerText('.answer .text'), /\w{4}/);
    assert.match(await tab.innerText('.answer .warmed'), /Wh → .*modelled/s);

    await tab.goto(`${unit.url}/#experts`);
    await tab.waitForSelector('#expert-faults');
    await tab.click('#expert-convert .turn');
    await tab.locator('#expert-convert', { hasText: 'in memory' }).waitFor();
    for (const [screen, shown] of [
      ['plant', '.schematic'],
      ['money', '#money-title'],
      ['log', '#settings #support'],
    ] as const) {
      await tab.goto(`${unit.url}/#${screen}`);
      await tab.waitForSelector(shown);
    }
    assert.equal(complaints, []);
  },
);

if (existsSync(CHROMIUM)) real.run();
else process.stdout.write(`SKIP page against a running unit: needs ${CHROMIUM}\n`);

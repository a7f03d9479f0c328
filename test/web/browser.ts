import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildWeb } from '../../scripts/build-web.ts';
import { type Fixture, startFixture } from './fixture.ts';

const CHROMIUM = '/usr/bin/chromium';
/** A loaded machine draws slowly; nothing here measures speed. */
const PATIENCE_MS = 30_000;

export interface Visit {
  browser: Browser;
  unit: Fixture;
}

/** A suite in one Chromium, the pages built. `run` lists it by name where there is no Chromium. */
export function chromiumSuite<C>(name: string) {
  const page = suite<C & { browser: Browser }>(name);
  page.before(async (context) => {
    await buildWeb();
    const { chromium } = await import('playwright-core');
    context.browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
    });
  });
  page.after(({ browser }) => browser.close());
  const run = () => {
    if (existsSync(CHROMIUM)) page.run();
    else process.stdout.write(`SKIP ${name}: needs ${CHROMIUM}\n`);
  };
  return { page, run };
}

/** As `chromiumSuite`, with a fresh unit for each test. */
export function pageSuite(name: string) {
  const { page, run } = chromiumSuite<Visit>(name);
  page.before.each(async (context) => {
    context.unit = await startFixture();
  });
  page.after.each(({ unit }) => unit.close());
  return { page, run };
}

export interface How extends BrowserContextOptions {
  at?: string;
  /** What shows that the page stands. */
  waitFor?: string;
  /** Console errors that belong to what is tested. */
  expected?: RegExp[];
}

/** Opens one screen, runs `use`, and fails on any console error, thrown error or request to another origin. */
export async function visit({ browser, unit }: Visit, how: How, use: (tab: Page) => Promise<void>): Promise<void> {
  const { at = 'now', waitFor = '#simulated', expected = [], ...options } = how;
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
    await tab.goto(`${unit.url}#${at}`);
    await tab.waitForSelector(waitFor);
    await use(tab);
    assert.equal(
      complaints.filter((text) => !expected.some((pattern) => pattern.test(text))),
      [],
    );
  } finally {
    await context.close();
  }
}

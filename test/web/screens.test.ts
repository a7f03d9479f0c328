import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { pageSuite, visit } from './browser.ts';
import { BACKUP, CODE, PASSPHRASE } from './fixture.ts';

const { page, run } = pageSuite('every screen in Chromium');
/** Kept for people to look at. */
const SHOTS = join(import.meta.dirname, '../../artifacts/screens');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** By screen: words that must stand there, in English and in German. */
const SCREENS: Record<string, [english: string[], german: string[]]> = {
  now: [
    [
      '20.6 °C',
      'Where the energy goes',
      '×60',
      'Today: 38 kWh heat, 214 answers',
      'a kWh from the grid costs 0.312 EUR',
    ],
    [
      '20,6 °C',
      'Wohin die Energie geht',
      '×60',
      'Heute: 38 kWh Wärme, 214 Antworten',
      'eine kWh aus dem Netz kostet 0,312 EUR',
    ],
  ],
  ask: [['Ask this unit'], ['Fragen Sie dieses Gerät']],
  plant: [
    ['Exchanger', '18.4 L/min', 'Temperatures'],
    ['Tauscher', '18,4 L/min', 'Temperaturen'],
  ],
  experts: [
    [
      'passes its tests',
      '71 % of the next questions',
      '2.97 J/token',
      'modelled',
      'in memory, 5.2 MB',
      'ancestor',
      'not tested',
    ],
    ['besteht seine Prüfung', '71 % der nächsten Fragen', '2,97 J/Token', 'modelliert', 'im Arbeitsspeicher, 5,2 MB'],
  ],
  money: [
    ['Break-even: never', 'Idle', 'modelled', '12.50 credits', 'Credits are no money'],
    ['Gewinnschwelle: nie', 'Leerlauf', 'modelliert', '12,50 Credits', 'Credits sind kein Geld'],
  ],
  log: [
    [
      'Hot water: no new sample; last value kept',
      'house',
      'wall',
      'Faults go to: ntfy, webhook',
      'known as an installer',
    ],
    ['Warmwasser: kein neuer Messwert; der letzte Wert gilt weiter, 4200 s alt', 'Haus', 'Wand', 'Störungen gehen an'],
  ],
};
/** English that must not be left on a German screen; names of models and sources may be. */
const ENGLISH = /\b(the|is|are|and|with|has|because|while|after|which)\b/;

async function show(tab: Page, screen: string): Promise<void> {
  await tab.evaluate(`location.hash = '${screen}'`);
  await tab.waitForSelector(`#${screen}`);
  if (screen === 'plant') await tab.waitForSelector('.uplot canvas');
  if (screen === 'money') await tab.waitForSelector('#break-even');
  if (screen === 'log') {
    await tab.waitForSelector('.log li');
    await tab.waitForSelector('#test-notify');
    await tab.click('#settings summary');
  }
}

async function serious(tab: Page): Promise<string[]> {
  const { violations } = (await tab.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

for (const [locale, column] of [
  ['en-GB', 0],
  ['de-DE', 1],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    page(
      `${locale}, ${colorScheme}: words, no sideways scroll on a phone, a tablet and a desk, nothing serious from axe`,
      (context) =>
        visit(context, { locale, colorScheme, viewport: { width: 360, height: 800 } }, async (tab) => {
          await tab.evaluate(AXE);
          const found: string[] = [];
          assert.is(await tab.getAttribute('html', 'lang'), locale.slice(0, 2));
          for (const [screen, wanted] of Object.entries(SCREENS)) {
            await tab.setViewportSize({ width: 360, height: 800 });
            await show(tab, screen);
            const text = (await tab.innerText('body')).replaceAll('\u00a0', ' ');
            for (const words of wanted[column]) assert.ok(text.includes(words), `${screen}: ${words}`);
            if (locale === 'de-DE') {
              const said = (await tab.innerText('main')).replace(/https?:\S+ .*/g, '');
              if (screen !== 'experts') assert.not.match(said, ENGLISH, screen);
            }
            for (const width of [360, 820, 1280]) {
              await tab.setViewportSize({ width, height: 800 });
              const over = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
              assert.is(over, 0, `${screen} at ${width} px`);
              const path = join(SHOTS, `${screen}-${locale}-${colorScheme}-${width}.png`);
              await tab.screenshot({ path, fullPage: true });
            }
            for (const finding of await serious(tab)) found.push(`${screen}: ${finding}`);
          }
          assert.equal(found, []);
        }),
    );
  }
}

page('a value of the plant is pressed by key: its history opens, and closes again', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.focus('.schematic [aria-label$="Supply: history"]');
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('#point-history .uplot canvas');
    assert.match(await tab.innerText('#point-history'), 'Supply');
    await tab.click('#point-history button');
    assert.is(await tab.locator('#point-history').count(), 0);
  }),
);

page('commissioning: an output is driven by hand for as long as it is held', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.click('#turn-commission');
    await tab.selectOption('#hand-output', 'circulationPct');
    await tab.fill('#hand-value', '50');
    await tab.click('#hand-hold');
    await tab.waitForSelector('#hand-hold[aria-pressed=true]');
    const hands = () => context.unit.commands.slice(1);
    for (let tries = 0; hands().length < 2 && tries < 150; tries++) await tab.waitForTimeout(100);
    assert.equal(context.unit.commands[0], { name: 'operation', value: 'commission', by: 'page' });
    assert.equal(hands().slice(0, 2), Array(2).fill({ name: 'circulationPct', value: 50 }));
    await tab.click('#hand-hold');
    await tab.waitForSelector('#hand-hold[aria-pressed=false]');
    assert.match(await tab.innerText('#commission'), 'failed');
  }),
);

page('an expert is loaded and taken out of memory; another one is pulled, with its progress, and stopped', (context) =>
  visit(context, { at: 'experts' }, async (tab) => {
    await tab.click('#expert-convert .turn');
    await tab.locator('#expert-convert', { hasText: 'in memory' }).waitFor();
    await tab.click('#expert-convert .turn');
    await tab.locator('#expert-convert', { hasText: 'on disk' }).waitFor();
    await tab.fill('#pull-source', 'hf:owner/repo:small.gguf');
    await tab.keyboard.press('Enter');
    await tab.locator('#pull', { hasText: 'Pulling hf:owner/repo:small.gguf' }).waitFor();
    assert.is(await tab.getAttribute('#pull progress', 'value'), '40');
    await tab.click('#pull-stop');
    await tab.locator('#pull [role=status]', { hasText: 'was not pulled: stopped; pull again to go on' }).waitFor();
    assert.match(await tab.innerText('#gone'), '0.3 paying askers want poems');
  }),
);

page('the return on investment follows what is typed', (context) =>
  visit(context, { at: 'money' }, async (tab) => {
    await tab.fill('#roi-answers', '0');
    await tab.locator('#roi', { hasText: 'With no answers nothing is earned' }).waitFor();
    await tab.fill('#roi-price', '5');
    await tab.fill('#roi-answers', '2000');
    await tab
      .locator('#break-even', {
        hasText: /Break-even: \d+ answers a day, with yours it is paid back after 0\.\d years/,
      })
      .waitFor();
    const before = await tab.innerText('#roi .sums');
    await tab.selectOption('#roi-card', 'h100-8b-bs64');
    await tab.waitForFunction(`document.querySelector('#roi .sums').innerText !== ${JSON.stringify(before)}`);
  }),
);

page('credits are never shown as money', (context) =>
  visit(context, { at: 'money' }, async (tab) => {
    await tab.waitForSelector('#money-credits');
    assert.not.match(await tab.innerText('#money-credits'), /€|EUR/);
    assert.match(await tab.innerText('#money-paid'), /0\.00\s€[\s\S]*no settlement has paid anything yet/);
  }),
);

page('a backup is made and kept by the browser; restored with the wrong passphrase it is refused', (context) =>
  visit(context, { at: 'log', expected: [/400 \(Bad Request\)/] }, async (tab) => {
    assert.ok(await tab.isDisabled('#make-backup'));
    await tab.fill('#passphrase', PASSPHRASE);
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#make-backup')]);
    assert.match(download.suggestedFilename(), /^heatmine-\d{4}-\d\d-\d\d\.heatmine$/);
    assert.ok(readFileSync(await download.path()).equals(BACKUP));
    await tab.setInputFiles('#backup-file', { name: 'x.heatmine', mimeType: '', buffer: BACKUP });
    await tab.click('#restore');
    await tab.locator('#backup [role=status]', { hasText: '2 files are ready' }).waitFor();
    await tab.fill('#passphrase', 'something else');
    await tab.click('#restore');
    await tab.locator('#backup [role=status]', { hasText: 'the passphrase does not open it' }).waitFor();
  }),
);

page('a test notification tells what became of each target', (context) =>
  visit(context, { at: 'log' }, async (tab) => {
    await tab.click('#test-notify');
    await tab.locator('#settings [role=status]', { hasText: 'ntfy: delivered; webhook: ECONNREFUSED' }).waitFor();
    assert.is(await tab.getAttribute('#support', 'href'), './api/support');
  }),
);

for (const colorScheme of ['light', 'dark'] as const) {
  page(`${colorScheme}: a new device gives its code once, and then sees the house`, async (context) => {
    context.unit.lock();
    await visit(context, { colorScheme, waitFor: '#code', expected: [/403 \(Forbidden\)/] }, async (tab) => {
      await tab.evaluate(AXE);
      assert.equal(await serious(tab), []);
      assert.is(await tab.locator('#now').count(), 0);
      await tab.fill('#code', 'WRONG');
      await tab.keyboard.press('Enter');
      await tab.locator('[role=alert]', { hasText: 'The code is wrong' }).waitFor();
      await tab.fill('#code', CODE);
      await tab.keyboard.press('Enter');
      await tab.waitForSelector('#flow');
    });
  });
}

page('the skip link leads to the content and stays on the screen', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.focus('.skip');
    await tab.keyboard.press('Enter');
    assert.is(await tab.evaluate('document.activeElement.id'), 'content');
    assert.is(await tab.locator('#plant').count(), 1);
  }),
);

run();

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { AXE, SHOTS, serious } from './axe.ts';
import { pageSuite, visit } from './browser.ts';
import { CODE } from './fixture.ts';

const { page, run } = pageSuite('every screen in Chromium');

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
      'Hot water: no new sample.',
      'Last value kept, 4200 s old',
      'house',
      'wall',
      'Faults go to: ntfy, webhook',
      'known as an installer',
    ],
    [
      'Warmwasser: kein neuer Messwert.',
      'Der letzte Wert gilt weiter, 4200 s alt',
      'Haus',
      'Wand',
      'Störungen gehen an',
    ],
  ],
};
/** English that must not be left on a German screen; names of models and sources may be. */
const ENGLISH = /\b(the|is|are|and|with|has|because|while|after|which)\b/;

/** Words wider than the box that they stand in; the choices of a menu, which the browser cuts without a trace. */
const CUT_OFF = `(() => {
  const wide = [...document.querySelectorAll('main :is(strong, td, th, p, small, summary, button, .label, .tables)')]
    .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline');
  const brush = document.createElement('canvas').getContext('2d');
  const menus = [...document.querySelectorAll('main select')].filter((e) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(e);
    brush.font = font;
    const room = e.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    return e.offsetParent && [...e.options].some(({ text }) => brush.measureText(text).width > room);
  });
  return [...wide, ...menus].map((e) => e.tagName + ' ' + e.innerText.slice(0, 60));
})()`;

async function show(tab: Page, screen: string): Promise<void> {
  await tab.evaluate(`location.hash = '${screen}'`);
  await tab.waitForSelector(`#${screen}`);
  if (screen === 'experts') await tab.waitForSelector('#experts .experts li');
  if (screen === 'plant') {
    await tab.waitForSelector('.uplot canvas');
    if (!(await tab.locator('#points[open]').count())) await tab.click('#points summary');
  }
  if (screen === 'money') await tab.waitForSelector('#break-even');
  if (screen === 'log') {
    await tab.waitForSelector('.log li');
    await tab.waitForSelector('#test-notify');
    await tab.click('#settings summary');
  }
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
              assert.equal(await tab.evaluate(CUT_OFF), [], `cut off on ${screen} at ${width} px, ${locale}`);
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

page('what is simulated is told in the language of the reader, and gives way to the next screen', (context) =>
  visit(context, { locale: 'de-DE' }, async (tab) => {
    await tab.click('#simulated summary');
    assert.match(await tab.innerText('#simulated'), /Wetter erzeugt nach dem Muster von Potsdam/);
    await tab.click('nav a[href="#plant"]');
    await tab.locator('#plant').waitFor();
    assert.is(await tab.locator('#simulated[open]').count(), 0);
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

page(
  'letters twice as large, as a browser can be set: they grow, nothing is cut off, nothing moves out of sight',
  (context) =>
    visit(context, { locale: 'de-DE' }, async (tab) => {
      const letterPx = () => tab.evaluate('parseFloat(getComputedStyle(document.querySelector("main")).fontSize)');
      assert.is(await letterPx(), 16);
      const browser = await tab.context().newCDPSession(tab);
      for (const screen of Object.keys(SCREENS)) {
        await show(tab, screen);
        for (const width of [820, 1280]) {
          await tab.setViewportSize({ width, height: 2800 });
          // A new size takes it back.
          await browser.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
          assert.is(
            await tab.evaluate('document.documentElement.scrollWidth - innerWidth'),
            0,
            `${screen} at ${width}`,
          );
          assert.equal(await tab.evaluate(CUT_OFF), [], `cut off on ${screen} at ${width} px`);
          assert.is(await letterPx(), 32, screen);
          await tab.screenshot({ path: join(SHOTS, `${screen}-large-${width}.png`) });
        }
      }
    }),
);

page('the skip link leads to the content and stays on the screen', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.focus('.skip');
    await tab.keyboard.press('Enter');
    assert.is(await tab.evaluate('document.activeElement.id'), 'content');
    assert.is(await tab.locator('#plant').count(), 1);
  }),
);

run();

import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { pageSuite, visit } from './browser.ts';
import { HOUSE_ZONE } from './snapshots.ts';

const { page, run } = pageSuite('times of the house in Chromium');

/** Never on a full hour of the house: 4:45 h, in summer 3:45 h ahead of it. */
const ELSEWHERE = 'Asia/Kathmandu';
const MINUTE_MS = 60_000;
/** Each word that a chart writes. */
const LISTEN = `window.drawn = []; const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { drawn.push(text); return draw.call(this, text, ...rest); };
window.charts = 0;
new MutationObserver((changes) => { for (const { addedNodes } of changes) for (const node of addedNodes) if (node.classList?.contains('uplot')) charts++; })
  .observe(document, { childList: true, subtree: true });`;
const houseClock = (ms: number, options: Intl.DateTimeFormatOptions = {}) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: HOUSE_ZONE, hour: '2-digit', minute: '2-digit', ...options }).format(ms);

const go = async (tab: Page, screen: string, shown: string) => {
  await tab.evaluate(`location.hash = '${screen}'`);
  await tab.waitForSelector(shown);
};

page('every time is told by the clock of the house, wherever the reader sits', (context) =>
  visit(context, { timezoneId: ELSEWHERE }, async (tab) => {
    assert.is(await tab.evaluate('new Date(0).getTimezoneOffset()'), -330, 'the browser is elsewhere');
    assert.match(await tab.innerText('#now'), /House time Wed,? 19:0\d/);
    await tab.evaluate(LISTEN);
    const fromMs = Date.now() - MINUTE_MS;
    await go(tab, 'plant', '#history .u-legend .u-value');
    let marks: string[] = [];
    // Waiting for a function would be evaluated in the page, whose policy forbids that.
    for (let tries = 0; marks.length < 4 && tries < 300; tries++) {
      await tab.waitForTimeout(100);
      marks = (await tab.evaluate("drawn.filter((text) => text.includes(':'))")) as string[];
    }
    assert.ok(marks.length > 3, `${marks}`);
    for (const mark of marks) assert.match(mark, /:[03]0$/, 'a mark of the time axis stands on the hour of the house');
    const legend = await tab.innerText('#history .u-legend .u-value');
    const minutes = Math.ceil((Date.now() - fromMs) / MINUTE_MS);
    const now = Array.from({ length: minutes + 1 }, (_, i) => houseClock(fromMs + i * MINUTE_MS));
    assert.ok(
      now.some((time) => legend.includes(time)),
      `${legend} in ${now}`,
    );
    await tab.waitForTimeout(2200);
    const asked = context.unit.paths.filter((path) => path.includes('api/history')).length;
    const charts = Number(await tab.evaluate('charts'));
    assert.ok(
      charts >= 2 && charts <= 2 * asked + 2,
      `drawn with data, not each second: ${charts} for ${asked} answers`,
    );
    await go(tab, 'log', '.log li');
    assert.match(await tab.innerText('.log'), '14/01/2026, 18:52:00');
    await go(tab, 'experts', '#experts time');
    const gone = tab.locator('#experts time').first();
    const atMs = Date.parse((await gone.getAttribute('datetime'))!);
    assert.match(await gone.innerText(), houseClock(atMs));
  }),
);

page('a reader elsewhere is told whose clock it is, once', (context) =>
  visit(context, { timezoneId: ELSEWHERE, locale: 'de-DE' }, async (tab) => {
    const note = tab.locator('#zone');
    assert.match(await note.innerText(), /Zeiten .* Hauses \(Europe\/Berlin\), nicht .* \(Asia\/Kath?mandu\)/);
    assert.is(await note.count(), 1);
    await note.getByRole('button').click();
    assert.is(await note.count(), 0);
    await tab.reload();
    await tab.waitForSelector('#flow');
    await go(tab, 'log', '.log li');
    assert.is(await note.count(), 0);
  }),
);

page('nobody is told of another zone with the same clock', (context) =>
  visit(context, { timezoneId: 'Europe/Paris' }, async (tab) => {
    await tab.waitForSelector('#flow');
    assert.is(await tab.locator('#zone').count(), 0);
  }),
);

run();

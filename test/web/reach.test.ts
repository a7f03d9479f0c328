/** The page for those without a mouse, on a wall, behind a proxy, and while its unit is restarted. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { pageSuite, visit } from './browser.ts';
import { DIST, startFixture } from './fixture.ts';

const { page, run } = pageSuite('the page in every reach');
const SCREENS = ['now', 'ask', 'plant', 'experts', 'money', 'log'] as const;
const READY: Partial<Record<(typeof SCREENS)[number], string>> = {
  plant: '.uplot canvas',
  experts: '#pull',
  money: '#break-even',
  log: '#backup',
};

/** Marks what can be operated, a group of radio buttons once; returns how many there are. */
const MARK = `(() => {
  let n = 0;
  const groups = new Set();
  for (const each of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
    if (each.disabled || !each.checkVisibility({ visibilityProperty: true })) continue;
    if (each.type === 'radio' && (groups.has(each.name) || !each.checked)) continue;
    if (each.type === 'radio') groups.add(each.name);
    each.dataset.reach = String(n++);
  }
  return n;
})()`;
/** The mark of what has the focus, and whether it shows that: itself, what stands beside it or what it stands in. */
const FOCUSED = `(() => {
  const it = document.activeElement;
  const shows = (e) => e && getComputedStyle(e).outlineStyle !== 'none';
  const seen = [it, it.nextElementSibling, it.previousElementSibling].some(shows);
  return it === document.body ? null : [it.dataset.reach, seen, it.outerHTML.slice(0, 120)];
})()`;

async function show(tab: Page, screen: (typeof SCREENS)[number]): Promise<void> {
  await tab.evaluate(`location.hash = '${screen}'`);
  await tab.waitForSelector(`#${screen}`);
  await tab.waitForSelector(READY[screen] ?? `#${screen}`);
}

page('by Tab alone everything that can be operated is reached, and shows that it has the focus', (context) =>
  visit(context, {}, async (tab) => {
    for (const screen of SCREENS) {
      await show(tab, screen);
      await tab.evaluate('document.activeElement.blur(); getSelection().collapse(document.body.firstChild, 0)');
      const wanted = Number(await tab.evaluate(MARK));
      assert.ok(wanted > 8, `${screen}: ${wanted}`);
      const reached = new Set<string>();
      for (let presses = 0; presses < 2 * wanted + 20 && reached.size < wanted; presses++) {
        await tab.keyboard.press('Tab');
        const focused = (await tab.evaluate(FOCUSED)) as [string | undefined, boolean, string] | null;
        if (!focused) continue;
        const [mark, seen, html] = focused;
        assert.ok(seen, `${screen}: nothing shows the focus of ${html}`);
        if (mark !== undefined) reached.add(mark);
      }
      assert.is(reached.size, wanted, screen);
    }
  }),
);

page('a unit that is restarted: the page says that it is alone, and goes on by itself', async (context) => {
  await visit(context, { expected: [/ERR_CONNECTION|WebSocket/] }, async (tab) => {
    const port = Number(new URL(context.unit.url).port);
    await context.unit.close();
    await tab.locator('#banner', { hasText: /No news from the unit for \d+ s.*reconnecting/ }).waitFor();
    context.unit = await startFixture(port);
    await tab.locator('#banner.empty').waitFor({ state: 'attached' });
    await tab.getByRole('button', { name: 'Room temperature: warmer' }).click();
    await tab.locator('#effective', { hasText: '21.5' }).waitFor();
  });
});

/** The page of another version: its parts have other names. */
function otherVersion(): string {
  const dir = mkdtempSync(join(tmpdir(), 'dist-'));
  cpSync(DIST, dir, { recursive: true });
  const assets = join(dir, 'assets');
  for (const name of readdirSync(assets)) {
    const text = readFileSync(join(assets, name), 'utf8');
    rmSync(join(assets, name));
    writeFileSync(
      join(assets, name.replace(/^(uPlot|index)/, '$1-new')),
      text.replaceAll(/(?<=\.\/)uPlot/g, 'uPlot-new'),
    );
  }
  const index = join(dir, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replaceAll('assets/index', 'assets/index-new'));
  return dir;
}

page(
  'after an update the parts of the old page are gone: it says so where one is missed, and a press loads the new page',
  (context) =>
    visit(
      context,
      { expected: [/404 \(Not Found\)|ERR_CONNECTION|WebSocket|dynamically imported module/] },
      async (tab) => {
        const port = Number(new URL(context.unit.url).port);
        await context.unit.close();
        const dist = otherVersion();
        context.unit = await startFixture(port, dist);
        await tab.evaluate("location.hash = 'plant'");
        const offers = tab.locator('#history [role=alert]', { hasText: 'The unit has been updated, or is away' });
        await offers.first().waitFor();
        await offers.first().getByRole('button', { name: 'Load the page anew' }).click();
        await tab.locator('#history .uplot canvas').first().waitFor();
        assert.is(await offers.count(), 0);
        assert.ok(context.unit.paths.some((path) => path.includes('uPlot-new')));
        rmSync(dist, { recursive: true });
      },
    ),
);

page('below a path of a proxy nothing is asked for beside that path', (context) =>
  visit(context, {}, async (tab) => {
    for (const screen of SCREENS) await show(tab, screen);
    assert.ok(context.unit.paths.length > 8);
    assert.equal(
      context.unit.paths.filter((path) => !path.startsWith('/house/')),
      [],
    );
  }),
);

page('on a tablet at the wall every button is as large as a finger', (context) =>
  visit(context, { viewport: { width: 1920, height: 1080 }, hasTouch: true }, async (tab) => {
    for (const screen of SCREENS) {
      await show(tab, screen);
      assert.is(await tab.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, screen);
      const small = await tab.evaluate(`[...document.querySelectorAll('main button:not(.link)')]
        .filter((each) => each.checkVisibility()).map((each) => [each.innerText, each.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 44 || height < 44).map(([text]) => text)`);
      assert.equal(small, [], screen);
    }
  }),
);

run();

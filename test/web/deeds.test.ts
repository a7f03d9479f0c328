import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { ACTUATOR_NAMES, SENSOR_NAMES } from '../../src/contract/points.ts';
import { pageSuite, visit } from './browser.ts';
import { BACKUP, PASSPHRASE } from './fixture.ts';

/** What can be done on Plant, Experts, Money and Log; on Now and Ask: page.test.ts. */
const { page, run } = pageSuite('what can be done on each screen');

page(
  'a value, a pump, a valve and a fan of the plant are pressed by key: their history opens, and closes again',
  (context) =>
    visit(context, { at: 'plant' }, async (tab) => {
      for (const point of ['Supply', 'Hot water valve', 'Heating pump', 'Dry cooler fan']) {
        await tab.focus(`.schematic [aria-label$="${point}: history"]`);
        await tab.keyboard.press('Enter');
        await tab.locator('#point-history', { hasText: point }).locator('.uplot canvas').waitFor();
      }
      await tab.click('#point-history button');
      assert.is(await tab.locator('#point-history').count(), 0);
    }),
);

page('every point is in the table, sensors and outputs, and each has its history', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.click('#points summary');
    const names = await tab.locator('#points tbody button').allInnerTexts();
    assert.is(names.length, SENSOR_NAMES.length + ACTUATOR_NAMES.length);
    for (const name of [names[0]!, names.at(-1)!]) {
      await tab.locator('#points tbody button', { hasText: name }).first().click();
      await tab.locator('#point-history', { hasText: name }).locator('.uplot canvas').waitFor();
    }
  }),
);

page('commissioning: every output can be chosen, and says what it is now', (context) =>
  visit(context, { at: 'plant' }, async (tab) => {
    await tab.click('#turn-commission');
    const outputs = tab.locator('#hand-output option');
    await outputs.first().waitFor({ state: 'attached' });
    assert.is(await outputs.count(), ACTUATOR_NAMES.length);
    await tab.selectOption('#hand-output', 'hotWaterOn');
    await tab.locator('#commission .note', { hasText: 'now: off' }).waitFor();
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

page('what if it were another card: each with what is left and its break-even, by the same house', (context) =>
  visit(context, { at: 'money' }, async (tab) => {
    await tab.fill('#roi-price', '5');
    await tab.locator('#what-if tbody tr', { hasText: /H100.*0\.12.*€\s*[\d,]+$/s }).waitFor();
    assert.is(await tab.locator('#what-if tr[aria-current]').count(), 1);
    assert.match(await tab.innerText('#what-if'), /also the price of the hardware.*H100 with 64 at once/);
  }),
);

page('the log shows warnings and faults alone when asked', (context) =>
  visit(context, { at: 'log' }, async (tab) => {
    await tab.locator('.log li').nth(1).waitFor();
    await tab.getByRole('radio', { name: 'Warnings and faults' }).check({ force: true });
    await tab.locator('.log li').nth(1).waitFor({ state: 'detached' });
    assert.equal(await tab.locator('.log .level').allInnerTexts(), ['warning']);
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

page('who is told of a fault is set and taken away on the page; passwords are not shown back', (context) =>
  visit(context, { at: 'log' }, async (tab) => {
    await tab.click('#notify summary');
    await tab.selectOption('#notify-target', 'email');
    const email = { to: 'me@example.org', host: 'mail.example.org', username: 'me', password: 'of the mail' };
    for (const [name, text] of Object.entries(email)) await tab.fill(`#notify-${name}`, text);
    await tab.fill('#notify-port', '465');
    await tab.click('#notify-save');
    await tab.locator('#notify [role=status]', { hasText: 'Saved' }).waitFor();
    assert.equal(context.unit.commands.at(-1), { email: { ...email, port: 465 } });
    assert.match(await tab.innerText('#notify'), 'Faults go to: ntfy, webhook, email.');
    assert.is(await tab.inputValue('#notify-password'), '');
    await tab.click('#notify-remove');
    await tab.locator('#notify [role=status]', { hasText: 'Removed' }).waitFor();
    assert.equal(context.unit.commands.at(-1), { email: null });
  }),
);

page('a test notification tells what became of each target', (context) =>
  visit(context, { at: 'log' }, async (tab) => {
    await tab.click('#test-notify');
    await tab.locator('#settings [role=status]', { hasText: 'ntfy: delivered; webhook: ECONNREFUSED' }).waitFor();
    assert.is(await tab.getAttribute('#support', 'href'), './api/support');
  }),
);

page('settings are named where there is room, and one press away below a long log', (context) =>
  visit(context, { at: 'log', locale: 'de-DE', viewport: { width: 360, height: 640 } }, async (tab) => {
    await tab.locator('#settings').waitFor();
    await tab.focus('#to-settings');
    await tab.keyboard.press('Enter');
    assert.is(await tab.evaluate('document.activeElement.id'), 'settings-title');
    const top = Number(await tab.evaluate('document.activeElement.getBoundingClientRect().top'));
    assert.ok(top > 60 && top < 320, `below the header, ${top}`);
    for (const width of [700, 820, 1024, 1280]) {
      await tab.setViewportSize({ width, height: 768 });
      assert.match(await tab.locator('nav').innerText(), /Protokoll & Einstellungen/, `at ${width} px`);
      assert.is(await tab.locator('nav').evaluate((e) => e.scrollWidth - e.clientWidth), 0, `at ${width} px`);
    }
  }),
);

run();

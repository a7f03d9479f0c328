import * as assert from 'uvu/assert';
import { de } from '../../web/src/i18n/de.ts';
import { en } from '../../web/src/i18n/en.ts';
import { CHUNKS, DISSENTING } from './answers.ts';
import { pageSuite, visit } from './browser.ts';
import { REFUSAL } from './fixture.ts';

const { page, run } = pageSuite('page in Chromium');

page('the language switch changes every heading and is kept', (context) =>
  visit(context, {}, async (tab) => {
    const headings = () => tab.locator('main h2, nav a').allInnerTexts();
    const english = await headings();
    await tab.click('button[lang=de]');
    const german = await headings();
    assert.equal(german.length, english.length);
    for (const [i, heading] of german.entries()) assert.is.not(heading, english[i]);
    await tab.reload();
    await tab.waitForSelector('#simulated');
    assert.equal(await headings(), german);
  }),
);

page(
  'every word of the energy flow stands inside its box: on a phone and a wide screen, in both languages',
  (context) =>
    visit(context, {}, async (tab) => {
      for (const language of ['en', 'de'])
        for (const width of [360, 1280]) {
          await tab.click(`button[lang=${language}]`);
          await tab.setViewportSize({ width, height: 900 });
          await tab.waitForSelector(`#flow svg[viewBox^="0 0 ${width === 360 ? 330 : 860}"]`);
          const outside = await tab.evaluate(`[...document.querySelectorAll('#flow .node:not(.bus)')].filter((node) => {
          const [box, words] = [node.querySelector('rect'), node.querySelector('text')].map((e) => e.getBoundingClientRect());
          return words.left < box.left || words.right > box.right || words.top < box.top || words.bottom > box.bottom;
        }).map((node) => node.textContent)`);
          assert.equal(outside, [], `${language}, ${width} px`);
          assert.is(await tab.locator('#flow .kind').count(), 3);
          // What it is called where heat comes out of the house, or of a pump that has just stopped.
          const { fromHouse, fromRest, airAndRest } = (language === 'en' ? en : de).now;
          const [box, ...wide] = await tab.evaluate<number[]>(`(() => {
            const node = document.querySelector('#flow .node-lifted'), name = node.querySelector('.name');
            const width = (e) => e.getBoundingClientRect().width;
            return [width(node.querySelector('rect')), ...${JSON.stringify([fromHouse, fromRest, airAndRest])}.map((text) => {
              name.firstChild.data = text;
              return width(name);
            })];
          })()`);
          for (const width of wide) assert.ok(width < box!, `${language}: ${wide} in ${box} px`);
        }
    }),
);

page('a house without a tank is offered no hot water, and its plant is drawn without', (context) =>
  visit(context, {}, async (tab) => {
    const ofTank = ['#hotWaterSetC', '#wish-hot-water-once', '#tile-hotwater'];
    for (const part of ofTank) assert.is(await tab.locator(part).count(), 1, part);
    context.unit.loseTank();
    for (const part of ofTank) await tab.locator(part).waitFor({ state: 'detached' });
    assert.not.match(await tab.locator('#effective').innerText(), /water/);
    await tab.evaluate("location.hash = 'plant'");
    await tab.waitForSelector('.part-buffer');
    assert.is(await tab.locator('.part-hotWater').count(), 0);
    assert.not.match((await tab.locator('.schematic').getAttribute('aria-label'))!, /water tank|Hot water/);
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
    const set = { name: 'operation', by: 'page' };
    assert.equal(context.unit.commands, [{ ...set, value: 'observe' }]);
    await tab
      .locator('#observed', { hasText: 'saved 3.40 EUR (estimated) and started the compressor 23 times less' })
      .waitFor();
    await tab.click('#observed button');
    await tab.locator('#observed').waitFor({ state: 'detached' });
    assert.equal(context.unit.commands.at(-1), { ...set, value: 'auto' });
  }),
);

page('a wish for a while: pressed it is in force with its cost, pressed again it ends', (context) =>
  visit(context, {}, async (tab) => {
    const warmer = tab.locator('#wish-warmer');
    await warmer.click();
    await tab.locator('#wish-warmer[aria-pressed=true]', { hasText: '3\u00a0h more, about 0.40\u00a0€' }).waitFor();
    await warmer.click();
    await tab.locator('#wish-warmer[aria-pressed=false]', { hasText: '3 h' }).waitFor();
    const wish = { kind: 'warmer', id: '', by: 'page' };
    assert.equal(context.unit.commands, [
      { ...wish, forMin: 180 },
      { ...wish, forMin: 0 },
    ]);
  }),
);

page('a holiday is asked for in days, no more than sixty, and ended by the same button', (context) =>
  visit(context, {}, async (tab) => {
    await tab.fill('#holiday-days', '99');
    await tab.locator('#wish-holiday', { hasText: '60\u00a0d' }).waitFor();
    await tab.fill('#holiday-days', '12');
    await tab.locator('#wish-holiday').click();
    await tab.locator('#wish-holiday[aria-pressed=true]', { hasText: '12\u00a0d more' }).waitFor();
    await tab.locator('#wish-holiday').click();
    await tab.locator('#wish-holiday[aria-pressed=false]').waitFor();
    const wish = { kind: 'holiday', id: '', by: 'page' };
    assert.equal(context.unit.commands, [
      { ...wish, forMin: 12 * 1440 },
      { ...wish, forMin: 0 },
    ]);
  }),
);

page('a floor that dries stands among the wishes only while it does, and can be ended there', (context) =>
  visit(context, {}, async (tab) => {
    await tab.locator('#wish-quiet').waitFor();
    assert.is(await tab.locator('#wish-screed').count(), 0);
    const asked = { kind: 'screed', forMin: 10_080, by: 'command line' };
    await fetch(`${context.unit.url}api/override`, { method: 'POST', body: JSON.stringify(asked) });
    await tab.locator('#wish-screed[aria-pressed=true]', { hasText: '7\u00a0d more' }).click();
    await tab.locator('#wish-screed').waitFor({ state: 'detached' });
  }),
);

page('what the unit refuses is said and not shown as taken', (context) =>
  visit(context, { expected: [/400 \(Bad Request\)/] }, async (tab) => {
    await tab.getByRole('button', { name: 'Hot water: warmer' }).click();
    await tab.locator('#hotWaterSetC .note', { hasText: REFUSAL }).waitFor();
    assert.ok((await tab.innerText('#hotWaterSetC output')).includes('48'));
  }),
);

page('an answer streams, says who answered and why, and what it warmed', (context) =>
  visit(context, { at: 'ask' }, async (tab) => {
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

page(
  'asked of the swarm, where the unit has joined: what relay and expert could see stands below the answer',
  (context) =>
    visit(context, { at: 'ask' }, async (tab) => {
      await tab.fill('#question', 'Why is my flow too low?');
      await tab.click('#send');
      await tab.locator('.saw', { hasText: 'it never left this unit' }).waitFor();
      await tab.getByRole('radio', { name: 'The swarm' }).check({ force: true });
      await tab.fill('#question', 'And why is it loud?');
      await tab.click('#send');
      await tab
        .locator('.answer:first-child .saw', { hasText: 'Sealed: the relay a1a1a1a1… saw your address' })
        .waitFor();
      assert.match(await tab.innerText('.answer:first-child .warmed'), 'as its unit says');
    }),
);

page(
  'where the owner allows it an answer of the swarm may cost: at most so much before, the cost after, and it can be told of once',
  (context) =>
    visit(context, { at: 'ask' }, async (tab) => {
      await tab.getByRole('radio', { name: 'The swarm' }).check({ force: true });
      await tab.selectOption('#may-cost', 'standard');
      await tab.fill('#question', 'Why is my flow too low?');
      await tab.click('#send');
      const offer = tab.locator('.answer .offer');
      await offer.waitFor();
      assert.match(await offer.innerText(), 'At most 0.000071 credits');
      assert.match(await offer.innerText(), '0.001000 credits may still be spent today');
      assert.is(await tab.locator('.answer .who').count(), 0, 'nothing was asked yet');
      await tab.click('.agree');
      await tab.locator('.cost', { hasText: 'Paid: 0.000018 credits' }).waitFor();
      assert.is(await offer.count(), 0);
      await tab.locator('.useful button', { hasText: 'Yes' }).click();
      await tab.locator('.useful', { hasText: 'Told. Thank you.' }).waitFor();
      assert.is(await tab.locator('.useful button').count(), 0);
    }),
);

page(
  'three answers of the swarm that differ stand side by side with their descent, and each can be told of once',
  (context) =>
    visit(context, { at: 'ask' }, async (tab) => {
      await tab.getByRole('radio', { name: 'The swarm' }).check({ force: true });
      await tab.check('#several');
      assert.is(await tab.locator('#may-cost').count(), 0, 'they are free');
      await tab.fill('#question', 'Why is my flow too low?');
      await tab.click('#send');
      await tab.locator('.several li').nth(2).waitFor();
      await tab.locator('#send').waitFor();
      assert.equal(await tab.locator('.several .text').allInnerTexts(), DISSENTING);
      const [first, second] = await tab.locator('.several li').allInnerTexts();
      assert.match(first!, /1\. faults of c0c0c0c0…, of unknown descent[\s\S]*2: 50 %, 3: 50 %/);
      assert.match(second!, /made from ancestor[\s\S]*Sealed: the relay a1a1a1a1…/);
      assert.match(await tab.innerText('.answer'), '6 units were asked; these 3 differ most');
      for (const [i, said] of ['It could not be told.', 'Told. Thank you.'].entries()) {
        await tab.locator('.several li').nth(i).locator('button', { hasText: 'Yes' }).click();
        await tab.locator('.several li').nth(i).locator('.useful', { hasText: said }).waitFor();
      }
      assert.is(await tab.locator('.useful button').count(), 2, 'the third was not told of');
    }),
);

page('a refused question shows message, remedy and code', (context) =>
  visit(context, { at: 'ask' }, async (tab) => {
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

page('control that is gone: no old values are spoken of, but what to do', (context) =>
  visit(context, {}, async (tab) => {
    context.unit.loseControl();
    await tab.locator('#banner', { hasText: /silent for \d+ s.*heatmine doctor/ }).waitFor();
    assert.not.match(await tab.innerText('#banner'), /values below/);
  }),
);

page('who may be asked: experts that answer, each with what its tests said', (context) =>
  visit(context, { at: 'ask' }, async (tab) => {
    assert.equal(await tab.locator('#expert option').allInnerTexts(), [
      ...['Let the unit choose', 'Faults', 'Common ancestor (not tested)', 'Status', 'Convert (fails its tests)'],
    ]);
  }),
);

page('a delta lost on its way: the page asks for the whole and goes on with it', (context) =>
  visit(context, {}, async (tab) => {
    context.unit.lose();
    for (let tries = 0; context.unit.resyncs() === 0 && tries < 300; tries++) await tab.waitForTimeout(100);
    assert.is(context.unit.resyncs(), 1);
    await tab.evaluate("document.querySelector('#roomSetC [aria-label$=warmer]').click()");
    await tab.locator('#effective', { hasText: '21.5' }).waitFor();
    assert.is(context.unit.resyncs(), 1);
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

run();

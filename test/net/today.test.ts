import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { observedLine, todayLine } from '../../src/contract/today-line.ts';
import { topicPath } from '../../src/contract/topics.ts';
import type { Log } from '../../src/core/log.ts';
import { countAnswers, openToday } from '../../src/net/today.ts';
import { UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

const warnings: string[] = [];
const log = { warn: (_: object, text: string) => warnings.push(text) } as unknown as Log;
const DAY = { heatKwh: 38.2, answers: 214, sunKwh: 9.1, costEur: 1.12, plainPumpEur: 1.3 };

test('the line in both languages, without a price, and without a minus before a nought', () => {
  assert.is(
    todayLine(DAY, 'en'),
    'Today: 38 kWh heat, 214 answers, 9 kWh sun instead of export; cost 1.12 EUR, plain pump 1.30',
  );
  assert.is(
    todayLine(DAY, 'de'),
    'Heute: 38 kWh Wärme, 214 Antworten, 9 kWh Sonne statt Einspeisung; Kosten 1,12 EUR, reine Wärmepumpe 1,30',
  );
  const poor = { ...DAY, heatKwh: -0.01, answers: 1, costEur: null };
  assert.is(todayLine(poor, 'en'), 'Today: 0 kWh heat, 1 answer, 9 kWh sun instead of export; no price is known');
  assert.match(todayLine({ ...poor, answers: 70_988 }, 'de'), /, 70\.988 Antworten,/);
  assert.is(todayLine({ ...poor, sunKwh: 0.4 }, 'en'), 'Today: 0 kWh heat, 1 answer; no price is known');
});

test('what observing has shown: more is not told as less, and nothing as nothing', () => {
  const seen = { days: 7.2, starts: 60, wouldStarts: 38, costEur: 40, savedEur: 3.1 };
  assert.is(
    observedLine(seen, 'en'),
    'In 7 days I would have saved 3.10 EUR (estimated) and started the compressor 22 times less. Switch on?',
  );
  const worse = { ...seen, wouldStarts: 70, savedEur: -2 };
  assert.is(
    observedLine(worse, 'de'),
    'In 7 Tagen hätte ich 2,00 EUR mehr gebraucht (geschätzt) und den Verdichter 10 mal öfter gestartet. Einschalten?',
  );
  const young = { ...seen, days: 0.3 };
  assert.match(observedLine(young, 'en'), /^I have observed for 7 h and drive nothing; after the first day/);
  assert.match(observedLine(young, 'de'), /^Ich beobachte seit 7 h und steuere nichts; nach dem ersten Tag/);
  assert.match(observedLine({ ...seen, days: 1, savedEur: null }, 'en'), /cannot be told yet.*go on observing/);
});

test('answers: over restarts of compute, over midnight, and while compute is silent', () => {
  let c = countAnswers({ date: null, answers: 0, heard: 0 }, 20250115, 5);
  assert.is(c.answers, 5);
  c = countAnswers(c, 20250115, 9);
  c = countAnswers(c, 20250115, undefined);
  c = countAnswers(c, 20250115, 2);
  assert.is(c.answers, 11, 'compute began again at 0');
  c = countAnswers(c, 20250116, 2);
  assert.is(c.answers, 0);
  assert.is(countAnswers(c, 20250116, 3).answers, 1);
});

test('the count outlives a restart of net; a damaged file is told and counted anew', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'heatmine-today-')), 'today.json');
  const control = SAMPLES.controlState;
  const first = openToday(file, 'en', log);
  assert.is(first.seen(control, { ...SAMPLES.computeState, answered: 7 })!.answers, 7);
  assert.is(first.seen(control, { ...SAMPLES.computeState, answered: 7 }), undefined, 'said once');
  first.flush();
  assert.is(openToday(file, 'en', log).seen(control, { ...SAMPLES.computeState, answered: 8 })!.answers, 8);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 9));
  assert.is(openToday(file, 'en', log).seen(control, null)!.answers, 0);
  assert.match(warnings.at(-1)!, 'damaged');
});

test('it is on MQTT for Home Assistant, retained, and in /api/state', async () => {
  const net = await testNet();
  try {
    const control = await net.broker.client('control');
    const compute = await net.broker.client('compute');
    await compute.publishAsync(topicPath(UNIT, 'computeState'), JSON.stringify(SAMPLES.computeState), { retain: true });
    const say = () => control.publish(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState));
    const timer = setInterval(say, 100);
    const home = await net.broker.client('home');
    let text = '';
    home.on('message', (_path, payload) => {
      text = JSON.parse(`${payload}`).text;
    });
    await home.subscribeAsync(topicPath(UNIT, 'today'));
    await until('the line', () => /^Today: 38 kWh heat, 3 answers/.test(text), 20_000);
    const state = (await (await fetch(`${net.url}/api/state`)).json()) as { today: { text: string } };
    clearInterval(timer);
    assert.is(state.today.text, text);
  } finally {
    await net.end();
  }
});

test.run();

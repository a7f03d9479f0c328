import type { MqttClient } from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inGerman } from '../../src/contract/german/german.ts';
import type { Event } from '../../src/contract/messages.ts';
import { schemaFor, TOPICS, type TopicName, topicPath } from '../../src/contract/topics.ts';
import { readMessage, refusedTeller } from '../../src/net/refused.ts';
import { UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

/** What people get wrong, and what they are told. */
const CASES: [TopicName, unknown, RegExp][] = [
  ['override', { ...SAMPLES.override, forMin: 999_999 }, /forMin: must be at most 86400$/],
  ['set', { ...SAMPLES.set, name: 'roomTarget' }, /name: must be one of .*roomSetC/],
  ['set', { ...SAMPLES.set, value: null }, /value: must be a number, a text, true or false$/],
  ['set', '{"name": ', /it is no JSON; docs\/topics\.md/],
  ['set', { ...SAMPLES.set, name: 'operation', value: 'commission' }, /value: commissioning .* `heatmine commission`/],
  ['zone', { ...SAMPLES.zone, temperatureC: 99 }, /temperatureC: must be at most 60$/],
  ['prices', [{ time: '2026-01-31T18:00:00', value: 0.2 }], /time: a time as .* offset of its zone$/],
  ['ems', { limitW: 4200 }, /value: must be an object in braces; ttlMs: must be a number/],
  ['controlState', SAMPLES.controlState, /only the unit itself writes there/],
];

/** Home Assistant, which hears what the unit says of itself. */
async function home(net: Awaited<ReturnType<typeof testNet>>): Promise<{ client: MqttClient; told: Event[] }> {
  const client = await net.broker.client('home');
  const told: Event[] = [];
  let heard = 0;
  client.on('message', (_path, text) => {
    const event = JSON.parse(`${text}`) as Event;
    heard++;
    if (event.code === 'MESSAGE_REFUSED') told.push(event);
  });
  await client.subscribeAsync(topicPath(UNIT, 'saidEvent'));
  const control = await net.broker.client('control');
  // Once net tells what control says, it has subscribed to all.
  await until('net listens', () => {
    control.publish(topicPath(UNIT, 'controlEvent'), JSON.stringify(SAMPLES.controlEvent));
    return heard > 0;
  });
  return { client, told };
}

const send = (client: MqttClient, path: string, message: unknown) =>
  client.publishAsync(path, typeof message === 'string' ? message : JSON.stringify(message), { qos: 1 });

test('each input that does not fit is told as an event and kept in history, with topic and remedy', async () => {
  const net = await testNet();
  try {
    const { client, told } = await home(net);
    for (const [name, message, why] of CASES) {
      const before = told.length;
      await send(client, topicPath(UNIT, name), message);
      await until(`an event about ${name}`, () => told.length > before);
      const { level, code, text } = told.at(-1)!;
      assert.equal([level, code], ['warn', 'MESSAGE_REFUSED']);
      assert.ok(text.startsWith(`message to ${topicPath(UNIT, name)} refused: `), text);
      assert.match(text, why);
    }
    await send(client, `heatmine/${UNIT}/sett\u001b[2J${'x'.repeat(500)}`, SAMPLES.set);
    await until('the unknown topic', () => told.length > CASES.length);
    assert.match(told.at(-1)!.text, /sett \[2Jx{20,80} refused: there is no such topic/);
    const events = (await (await fetch(`${net.url}/api/events`)).json()) as Event[];
    const kept = events.filter(({ code }) => code === 'MESSAGE_REFUSED').map(({ text }) => text);
    assert.equal(kept.sort(), told.map(({ text }) => text).sort());
  } finally {
    await net.end();
  }
});

test('a flood is told four times, takes nothing from another topic, and what it says is not repeated', async () => {
  const net = await testNet({ net: { language: 'de' } });
  try {
    const { client, told } = await home(net);
    const secret = 'hostile-words '.repeat(200);
    for (let i = 0; i < 60; i++) await send(client, topicPath(UNIT, 'zone'), { zone: secret, [secret]: i });
    for (let i = 0; i < 60; i++) await send(client, `heatmine/${UNIT}/nothing-${i}`, secret);
    await send(client, topicPath(UNIT, 'override'), { ...SAMPLES.override, forMin: 999_999 });
    await until('the other topic', () => told.some(({ text }) => text.includes('override')));
    assert.is(told.length, 4 + 4 + 1);
    assert.match(told.at(-1)!.text, /^Nachricht an heatmine\/testunit\/override abgelehnt: forMin: höchstens 86400$/);
    assert.not.match(JSON.stringify(told), 'hostile-words');
  } finally {
    await net.end();
  }
});

test('told again as time goes by, once in five minutes', () => {
  let nowMs = 0;
  let told = 0;
  const tell = refusedTeller(
    () => told++,
    () => nowMs,
  );
  for (; nowMs < 3_600_000; nowMs += 1000) tell('zone', 'zone', 'x'.repeat(999));
  assert.ok(told >= 14 && told <= 16, `${told} in an hour`);
});

test('what is refused is said in German, with words that may be sent left as they are', () => {
  const german = CASES.slice(0, -1).map(([name, message]) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const read = readMessage<unknown>(schemaFor('home', name), Buffer.from(text));
    return inGerman(`message to ${name} refused: ${'fault' in read && read.fault}`);
  });
  for (const text of german) assert.not.match(text, /\b(must|is|it|that|with|of)\b/, text);
  assert.match(german[1]!, /"mode", "operation", "roomSetC"/);
});

test('a date beyond every calendar is refused like any other', () => {
  const list = JSON.stringify({ startMs: 1e300, stepS: 900, spotEurPerKwh: [0.1] });
  assert.equal(readMessage<unknown>(TOPICS.prices.schema, Buffer.from(list)), {
    fault: 'a time in it is on no calendar',
  });
});

test.run();

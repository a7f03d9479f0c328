import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Override, OverrideCommand } from '../../src/contract/comfort.ts';
import { isGroup, kindsOf } from '../../src/contract/override-kinds.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

interface Answer {
  overrides: Override[];
  error: { message: string };
}
type Net = Awaited<ReturnType<typeof testNet>>;

/** A control that takes all wishes but quiet, and tells so like the real one. */
async function control(net: Net): Promise<void> {
  let overrides: Override[] = [];
  const client = await net.broker.client('control');
  const tell = () =>
    client.publish(topicPath(UNIT, 'controlState'), JSON.stringify({ ...SAMPLES.controlState, overrides }));
  client.on('message', (_path, text) => {
    const { kind, id, by, forMin } = OverrideCommand.parse(JSON.parse(`${text}`));
    overrides = overrides.filter((o) => !kindsOf(kind).includes(o.kind));
    const held = { id, by, leftS: forMin * 60, byK: 1.5, costEur: 0.4, text: 'warmer' };
    if (forMin > 0 && kind !== 'quiet' && !isGroup(kind)) overrides.push({ kind, ...held });
    tell();
  });
  await client.subscribeAsync(topicPath(UNIT, 'override'));
  tell();
}

test('a wish over HTTP is answered with what is in force, its end likewise; what control does not take is said', async () => {
  const net = await testNet();
  try {
    await control(net);
    let known = false;
    const look = setInterval(async () => {
      known ||= ((await (await fetch(`${net.url}/api/state`)).json()) as { control: unknown }).control !== null;
    }, 50);
    await until('control is known', () => known);
    clearInterval(look);
    const post = async (body: unknown) => {
      const answer = await fetch(`${net.url}/api/override`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Answer };
    };
    const warmer = await post({ kind: 'warmer', forMin: 180, id: 'a' });
    assert.equal([warmer.status, warmer.body.overrides[0]?.costEur], [200, 0.4]);
    assert.equal(await post({ kind: 'all', forMin: 0 }), { status: 200, body: { overrides: [] } });
    const quiet = await post({ kind: 'quiet', forMin: 60, id: 'b' });
    assert.is(quiet.status, 409);
    assert.match(quiet.body.error.message, /did not take "quiet"/);
    for (const bad of [
      { kind: 'all', forMin: 5 },
      { kind: 'comfort', forMin: 5 },
      { kind: 'party', forMin: 5 },
      { kind: 'warmer', forMin: -1 },
      { kind: 'warmer', forMin: 8 * 1440 },
      { kind: 'quiet', forMin: 60, byK: 2 },
      [],
    ]) {
      assert.is((await post(bad)).status, 400, JSON.stringify(bad));
    }
  } finally {
    await net.end();
  }
});

test.run();

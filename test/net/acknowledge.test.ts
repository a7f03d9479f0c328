import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Acknowledge, type Latch } from '../../src/contract/acknowledge.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { UNIT } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

const GONE: Latch = { id: 'F13h', code: 'high-pressure', text: 'the high-pressure switch has opened', present: false };
const THERE: Latch = { id: 'F16', code: 'gas-alarm', text: 'refrigerant gas alarm', present: true };

test('an acknowledgement over HTTP: lifted, or 409 with what stays and why', async () => {
  const net = await testNet();
  let look: NodeJS.Timeout | undefined;
  try {
    let latches: Latch[] = [GONE, THERE];
    const by: string[] = [];
    const client = await net.broker.client('control');
    const tell = () =>
      client.publish(
        topicPath(UNIT, 'controlState'),
        JSON.stringify({ ...SAMPLES.controlState, latched: true, latches }),
      );
    client.on('message', (_path, text) => {
      by.push(Acknowledge.parse(JSON.parse(`${text}`)).by);
      latches = latches.filter((l) => l.present);
      tell();
    });
    await client.subscribeAsync(topicPath(UNIT, 'acknowledge'));
    look = setInterval(tell, 50);
    const shown = async (id: string) => {
      for (;;) {
        const { control } = (await (await fetch(`${net.url}/api/state`)).json()) as {
          control: { latches?: Latch[] } | null;
        };
        if (control?.latches?.some((l) => l.id === id)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await shown('F13h');
    const post = async (body: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${net.url}/api/acknowledge`, { method: 'POST', headers, body: JSON.stringify(body) });
      return {
        status: answer.status,
        body: (await answer.json()) as { latches: Latch[]; error?: { message: string } },
      };
    };
    const first = await post({});
    assert.is(first.status, 409);
    assert.equal(first.body.latches, [THERE]);
    assert.match(first.body.error!.message, /mend it first: refrigerant gas alarm/);
    latches = [GONE];
    await shown('F13h');
    assert.equal(await post({ by: 'me' }), { status: 200, body: { latches: [] } });
    assert.equal(by, ['page', 'me']);
    for (const bad of [{ by: '' }, { by: 5 }, { all: true }, []]) assert.is((await post(bad)).status, 400);
  } finally {
    clearInterval(look);
    await net.end();
  }
});

test.run();

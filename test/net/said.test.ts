import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Said } from '../../src/contract/said.ts';
import type { Update } from '../../src/contract/update.ts';
import { saidEvent, saidOf, speaker } from '../../src/net/said.ts';
import { updateOf, watchUpdates } from '../../src/net/updates.ts';
import { log } from './helpers.ts';
import { SAMPLES } from './samples.ts';

const warm = { what: 'unit', code: 'idle', text: 'nobody is at home: the room may be 2.5 K colder' };

test('what the unit does and why is said in the language of its people, and short enough', () => {
  const state = { ...SAMPLES.controlState, reasons: [warm] };
  assert.is(saidOf(state, SAMPLES.computeState, 'en').reason, warm.text);
  assert.is(saidOf(state, SAMPLES.computeState, 'de').reason, 'niemand ist zu Hause: der Raum darf 2,5 K kälter sein');
  assert.is(saidOf(state, null, 'de').overrides, 'keine');
  const long = { ...state, reasons: [{ ...warm, text: 'x'.repeat(400) }] };
  assert.ok(Said.safeParse(saidOf(long, null, 'en')).success);
  assert.match(saidEvent({ ...SAMPLES.controlEvent, text: warm.text }, 'de').text, 'niemand');
});

test('the same sentence is sent once, and all again for a broker that has forgotten', () => {
  const sent: string[] = [];
  const says = speaker({ publish: (name) => void sent.push(name) }, 'en');
  says.state(SAMPLES.controlState, null);
  says.state({ ...SAMPLES.controlState, tick: 2 }, null);
  assert.equal(sent, ['said']);
  says.keep('update', SAMPLES.update);
  says.again();
  assert.equal(sent, ['said', 'update', 'said', 'update']);
});

test('a release page of ours and one of a code forge are read; anything else is no version', () => {
  const ours = updateOf('0.1.0', '{"version":"0.2.0","url":"https://example.org/0.2.0","notes":"safer"}');
  assert.equal(ours, {
    installed_version: '0.1.0',
    latest_version: '0.2.0',
    release_url: 'https://example.org/0.2.0',
    release_summary: 'safer',
  });
  assert.is(
    updateOf('0.1.0', '{"tag_name":"v0.3.0","html_url":"https://example.org/r","body":null}').latest_version,
    '0.3.0',
  );
  assert.not.ok('release_url' in updateOf('0.1.0', '{"version":"0.2.0","url":"javascript:alert(1)"}'));
  for (const text of ['{}', '[]', 'no', '{"version":"rm -rf"}', '{"tag_name":"nightly"}', '{"version":1}'])
    assert.throws(() => updateOf('0.1.0', text), undefined, text);
});

test('the newest version is asked for at the start; a flood and silence are warnings', async () => {
  let answer = '{"version":"9.0.0"}';
  const server = createServer((_req, res) => res.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = new AbortController();
  const ask = () =>
    new Promise<Update | string>((resolve) => {
      const told = { ...log, warn: (facts: { err: string }) => resolve(facts.err) };
      watchUpdates(url, resolve, told as unknown as typeof log, stop.signal);
    });
  try {
    assert.is(((await ask()) as Update).latest_version, '9.0.0');
    answer = ' '.repeat(300_000);
    assert.match(String(await ask()), 'more than 262144 bytes');
    server.closeAllConnections();
    server.close();
    assert.type(await ask(), 'string');
  } finally {
    stop.abort();
    server.close();
  }
});

test.run();

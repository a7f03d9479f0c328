import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PROMPT_MS } from './helpers.ts';
import { bodyOf, fakeControl, post, withNet } from './web-helpers.ts';

test(
  'set: waits for the echo and answers with what is in force',
  withNet(async (net) => {
    const { commands } = await fakeControl(net);
    const answer = await post(net, { name: 'roomSetC', value: 22.5 });
    assert.is(answer.status, 200);
    assert.is((await bodyOf(answer)).setPoints.roomSetC, 22.5);
    assert.equal(commands, [{ name: 'roomSetC', value: 22.5, by: 'page' }]);
  }),
);

test(
  'set: each refusal has its status, code and reason, and nothing is sent',
  withNet(async (net) => {
    const { commands } = await fakeControl(net);
    const cases: [unknown, number, string, RegExp][] = [
      [{ name: 'roomSetC', value: 99 }, 400, 'VALUE_RANGE', /^room set-point: must be at most 30; such as 21$/],
      [{ name: 'roomSetC', value: 'warm' }, 400, 'VALUE_RANGE', /^room set-point: must be a number; such as 21$/],
      [
        { name: 'mode', value: 'turbo' },
        400,
        'VALUE_RANGE',
        /^mode: must be one of "heating", "auto", "off", "cooling"$/,
      ],
      [{ name: 'fuse', value: 1 }, 400, 'MESSAGE_INVALID', /name/],
      [{ name: 'mode', value: 'off', extra: 1 }, 400, 'MESSAGE_INVALID', /extra/],
      ['not json', 400, 'MESSAGE_INVALID', /JSON/],
      [`"${'x'.repeat(5000)}"`, 413, 'MESSAGE_INVALID', /4096/],
    ];
    for (const [body, status, code, text] of cases) {
      const fromMs = performance.now();
      const answer = await post(net, body);
      const { error } = await bodyOf(answer);
      assert.equal([answer.status, error.code], [status, code], JSON.stringify(body).slice(0, 60));
      assert.match(error.message, text);
      assert.ok(error.remedy);
      assert.ok(performance.now() - fromMs < PROMPT_MS);
    }
    assert.is((await post(net, { name: 'mode', value: 'off' }, { 'content-type': 'text/plain' })).status, 415);
    assert.is((await post(net, { name: 'mode', value: 'off' }, { origin: 'http://evil.example' })).status, 403);
    assert.is((await fetch(`${net.url}/api/set`)).status, 405);
    assert.equal(commands, []);
  }),
);

test(
  'set: control keeps its value -> 409 with it; no control -> 503',
  withNet(async (net) => {
    assert.is((await post(net, { name: 'mode', value: 'off' })).status, 503);
    await fakeControl(net, { refuses: true });
    const fromMs = performance.now();
    const answer = await post(net, { name: 'mode', value: 'cooling' });
    assert.is(answer.status, 409);
    const { error, setPoints } = await bodyOf(answer);
    assert.match(error.message, 'kept mode at heating');
    assert.is(setPoints.mode, 'heating');
    assert.ok(performance.now() - fromMs < 2000 + PROMPT_MS);
  }),
);

test.run();

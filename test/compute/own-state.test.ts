import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openOwnState, statusOf } from '../../src/compute/own-state.ts';
import { SAMPLES } from '../net/samples.ts';
import { addExpert, call, echoUnit, grantOf, memoryLink } from './fixture.ts';

const STATE = '{"mode":"heating","room":20.6}';
const GAS = 'root ::= "F16 gas alarm: leave." | "F16 Gasalarm: raus." | "F0 no idea."';

const unit = (ownState: () => string | undefined) =>
  echoUnit({
    ownState,
    prepare(models) {
      addExpert(models, 'status', { reads: 'unitState' });
      addExpert(models, 'sums', { saysAfter: ' = ' });
      const faults = addExpert(models, 'faults', { grammar: 'gas.gbnf' });
      writeFileSync(join(faults, 'gas.gbnf'), GAS);
    },
  });
const ask = async (path: string, model: string, content: string) => {
  const reply = await call(path, 'POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content }] });
  const body = reply.json() as unknown as {
    choices?: { message: { content: string } }[];
    error?: { code: string; message: string };
    usage?: { total_tokens: number };
  };
  return { said: body.choices?.[0]?.message.content, ...body };
};

test('an expert of states is asked with the state of this unit, or with the state in the question', async () => {
  let state: string | undefined = STATE;
  const { path, power, stop } = await unit(() => state);
  power.offer(grantOf(5000));
  try {
    assert.is((await ask(path, 'status', 'how warm is it?')).said, STATE);
    assert.is((await ask(path, 'status', ' {"mode":"off"}')).said, ' {"mode":"off"}');
    state = undefined;
    const unknown = await ask(path, 'status', 'how warm is it?');
    assert.match(unknown.error!.message, /the control loop has not reported/);
  } finally {
    await stop();
  }
});

test('of an expert that works first only the answer is told; all of it where there is no answer', async () => {
  const { path, power, stop } = await unit(() => undefined);
  power.offer(grantOf(5000));
  try {
    const said = await ask(path, 'sums', '12 + 3a=5 = 15 kW');
    assert.equal([said.said, said.usage!.total_tokens > 6], ['15 kW', true], 'its working is counted all the same');
    assert.is((await ask(path, 'sums', 'no sum')).said, 'no sum');
  } finally {
    await stop();
  }
});

test('words of a gas leak get the vetted entry from plain code, without a watt and without a token', async () => {
  const { path, power, stop } = await unit(() => undefined);
  power.offer(grantOf(0));
  try {
    const english = await ask(path, 'auto', 'it smells of gas in the cellar');
    assert.equal([english.said, english.usage?.total_tokens], ['F16 gas alarm: leave.', 0]);
    assert.is((await ask(path, 'faults', 'es riecht nach Gas')).said, 'F16 Gasalarm: raus.');
    assert.is((await ask(path, 'auto', 'why is my flow too low?')).error?.code, 'no_power');
  } finally {
    await stop();
  }
});

test('the state is that of the last seconds only, in the form the expert was trained on', () => {
  const link = memoryLink();
  let nowMs = 1000;
  const state = openOwnState(link, { monoMs: () => nowMs, wallMs: () => 0 });
  assert.is(state(), undefined);
  link.deliver('controlState', SAMPLES.controlState);
  const text = state()!;
  assert.match(text, /^\{"mode":"[a-z]+","room":-?\d+\.\d,"set":21\.0/);
  const withoutRoom = structuredClone(SAMPLES.controlState);
  withoutRoom.sensors.roomC!.quality = 'stale';
  assert.match(text, /"price":31\.0/);
  withoutRoom.price = null;
  assert.not.match(statusOf(withoutRoom), /room|price/);
  nowMs += 10_001;
  assert.is(state(), undefined);
});

test.run();

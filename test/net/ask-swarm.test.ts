import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Reply, SUBPROTOCOL } from '../../src/contract/wire.ts';
import { EXPERIENCE_FILE, openExperience } from '../../src/net/swarm/ask/experience.ts';
import { testNet } from './stubs.ts';
import { eventually, SERVE, testSwarm } from './swarm/swarm.ts';

/** All replies to one question, asked as the page asks. */
async function ask(ws: string, question: object): Promise<Reply[]> {
  const socket = new WebSocket(`${ws}/ask`, SUBPROTOCOL);
  const replies: Reply[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'ask', id: '1', ...question })));
    socket.on('message', (data) => {
      const reply = Reply.parse(JSON.parse(String(data)));
      replies.push(reply);
      if (reply.type === 'end' || reply.type === 'error') resolve();
    });
  });
  socket.close();
  return replies;
}
const question = { swarm: true, messages: [{ role: 'user', content: 'why is my flow too low?' }] };
const codeOf = (replies: Reply[]) => replies.map((reply) => (reply.type === 'error' ? reply.code : reply.type)).at(-1);

test('a unit that has joined asks others for its page, sealed, and says whom the question passed', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const expert = await swarm.node({ bootstrap, serve: SERVE });
  // It serves the same expert itself, and is no answer to its own question.
  const net = await testNet({ swarm: { join: true, bootstrap, nearRelays: true, serve: SERVE } });
  const replies = await eventually(async () => {
    const came = await ask(net.ws, question);
    if (codeOf(came) !== 'end') throw new Error(codeOf(came));
    return came;
  });
  const text = replies.map((reply) => (reply.type === 'chunk' ? reply.text : '')).join('');
  assert.is(text, question.messages[0]!.content);
  const learnt = openExperience(join(net.dir, EXPERIENCE_FILE)).of(expert.key).experience;
  assert.ok(learnt > 0.5, 'in the file that the commands read');
  const end = replies.at(-1)!;
  assert.equal(end.type === 'end' && end.way, { mode: 'sealed', entry: entry.key, node: expert.key });
  assert.ok(
    net.compute.seen.every(({ path }) => path !== '/v1/chat/completions'),
    'not answered here',
  );
  assert.is(codeOf(await ask(net.ws, { ...question, swarm: undefined })), 'end');
  assert.is(net.compute.seen.at(-1)!.path, '/v1/chat/completions');
  await net.end();
  await swarm.end();
});

test('a unit that has not joined says so, and asks nobody', async () => {
  const net = await testNet();
  assert.is(codeOf(await ask(net.ws, question)), 'NOBODY_THERE');
  assert.equal(net.compute.seen, []);
  assert.is(codeOf(await ask(net.ws, { ...question, swarm: 'yes' })), 'MESSAGE_INVALID');
  await net.end();
});

test.run();

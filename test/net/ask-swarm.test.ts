import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Reply, SUBPROTOCOL } from '../../src/contract/wire.ts';
import { EXPERIENCE_FILE, openExperience } from '../../src/net/swarm/ask/experience.ts';
import { testNet } from './stubs.ts';
import { eventually, SERVE, testSwarm } from './swarm/swarm.ts';

/** All replies to one question, asked as the page asks. */
async function ask(ws: string, question: object, headers = {}): Promise<Reply[]> {
  const socket = new WebSocket(`${ws}/ask`, SUBPROTOCOL, { headers });
  const replies: Reply[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
    socket.once('open', () => socket.send(JSON.stringify({ type: 'ask', id: '1', ...question })));
    socket.on('message', (data) => {
      const reply = Reply.parse(JSON.parse(String(data)));
      replies.push(reply);
      if (reply.type === 'answer' && reply.n < reply.of) return;
      if (reply.type !== 'start' && reply.type !== 'chunk') resolve();
    });
  });
  socket.close();
  return replies;
}
type Of<T> = Extract<Reply, { type: T }>;
const ends: (() => Promise<void>)[] = [];
/** Ended after its test, come what may: what is left open would keep this file waiting. */
function ending<T extends { end(): Promise<void> }>(what: T): T {
  ends.push(what.end);
  return what;
}
test.after.each(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const question = { swarm: true, messages: [{ role: 'user', content: 'why is my flow too low?' }] };
const codeOf = (replies: Reply[]) => replies.map((reply) => (reply.type === 'error' ? reply.code : reply.type)).at(-1);

test('a unit that has joined asks others for its page, sealed, and says whom the question passed', async () => {
  const swarm = ending(testSwarm());
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const expert = await swarm.node({ bootstrap, serve: SERVE });
  // It serves the same expert itself, and is no answer to its own question.
  const net = ending(await testNet({ swarm: { join: true, bootstrap, nearRelays: true, serve: SERVE } }));
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
  assert.is(end.type, 'end');
  const { mode, entry: by, node } = (end as Of<'end'>).way!;
  assert.equal({ mode, by, node }, { mode: 'sealed', by: entry.key, node: expert.key });
  assert.ok(
    net.compute.seen.every(({ path }) => path !== '/v1/chat/completions'),
    'not answered here',
  );
  assert.is(codeOf(await ask(net.ws, { ...question, swarm: undefined })), 'end');
  assert.is(net.compute.seen.at(-1)!.path, '/v1/chat/completions');
});

const wordsOf = (replies: Reply[]) => replies.map((reply) => (reply.type === 'chunk' ? reply.text : '')).join('');

test('a quote first, then at most that, once: the same quote again brings the same answer, and each can be told of once', async () => {
  const PRICE = 1_000_000;
  const swarm = ending(testSwarm());
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  await swarm.node({ bootstrap, serve: { ...SERVE, minPriceUcPerMtok: PRICE } });
  const net = ending(await testNet({ swarm: { join: true, bootstrap, nearRelays: true, spendUcPerDay: 1000 } }));
  const { swarm: _, ...plain } = question;
  const wanted = { ...plain, expert: 'faults', maxTokens: 64 };
  const quoted = await eventually(async () => {
    const [reply] = await ask(net.ws, { type: 'quote', ...wanted });
    if (reply!.type !== 'offer') throw new Error(codeOf([reply!]));
    return reply as Of<'offer'>;
  });
  // The question at a tenth of the price, as long as it can be billed, and 64 tokens of answer.
  assert.equal([quoted.mostUc, quoted.leftUc, quoted.nodes], [64 + 7, 1000, 1]);
  const { offer } = quoted;
  const buy = () => ask(net.ws, { ...wanted, swarm: true, offer });
  const replies = await buy();
  const end = replies.at(-1) as Of<'end'>;
  assert.is(wordsOf(replies), question.messages[0]!.content);
  assert.equal(end.paid, { uc: 16 + 2 });
  const again = await buy();
  assert.is(wordsOf(again), wordsOf(replies));
  assert.equal((again.at(-1) as Of<'end'>).useful, end.useful);
  const stranger = { 'x-forwarded-for': '192.0.2.9' };
  assert.is(codeOf(await ask(net.ws, { type: 'quote', ...wanted }, stranger)), 'UNAUTHORISED');
  assert.is(codeOf(await ask(net.ws, { ...wanted, swarm: true, offer }, stranger)), 'UNAUTHORISED');
  assert.is(codeOf(await ask(net.ws, { ...wanted, swarm: true, offer: 'guess' })), 'QUOTE_GONE');
  assert.is(codeOf(await ask(net.ws, { ...wanted, offer })), 'MESSAGE_INVALID');
  const tell = { type: 'tell', handle: end.useful, useful: true };
  assert.is(codeOf(await ask(net.ws, tell)), 'told');
  assert.is(codeOf(await ask(net.ws, tell)), 'TOKEN_REFUSED');
  const long = { ...wanted, messages: [{ role: 'user', content: 'x'.repeat(15_000) }] };
  assert.is(codeOf(await ask(net.ws, { type: 'quote', ...long })), 'SPENDING_LIMIT');
  const [left] = await ask(net.ws, { type: 'quote', ...wanted });
  assert.is((left as Of<'offer'>).leftUc, 1000 - 18, 'paid once');
});

test('several answers for who has claimed it: each with its text, who gave it and a handle to tell by', async () => {
  const swarm = ending(testSwarm());
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const keys = [];
  for (let i = 0; i < 2; i++) keys.push((await swarm.node({ bootstrap, serve: SERVE })).key);
  const net = ending(await testNet({ swarm: { join: true, bootstrap, nearRelays: true } }));
  const words = `${'why? '.repeat(3000)}`.trim();
  const wanted = { type: 'dissent', messages: [{ role: 'user', content: words }] };
  const replies = await eventually(async () => {
    const came = await ask(net.ws, wanted);
    if (codeOf(came) !== 'answer') throw new Error(codeOf(came));
    return came;
  });
  const answers = replies.filter((reply) => reply.type === 'answer');
  assert.equal(
    answers.map(({ n, of, asked, apart, parents }) => [n, of, asked, apart, parents]),
    [1, 2].map((n) => [n, 2, 2, [0, 0], ['ancestor']]),
  );
  assert.equal(answers.map(({ way }) => way.node).sort(), keys.sort());
  assert.is(wordsOf(replies), words.repeat(2), 'longer than a frame may be, and whole');
  for (const { useful } of answers) {
    const tell = { type: 'tell', handle: useful, useful: true };
    assert.equal([codeOf(await ask(net.ws, tell)), codeOf(await ask(net.ws, tell))], ['told', 'TOKEN_REFUSED']);
  }
  assert.is(codeOf(await ask(net.ws, wanted, { 'x-forwarded-for': '192.0.2.9' })), 'UNAUTHORISED');
  assert.is(codeOf(await ask(net.ws, { ...wanted, count: 6 })), 'MESSAGE_INVALID');
});

test('a unit whose owner allowed nothing to be spent asks for free only', async () => {
  const net = ending(await testNet({ swarm: { join: true } }));
  const { swarm: _, ...plain } = question;
  const replies = await ask(net.ws, { type: 'quote', ...plain });
  assert.is(codeOf(replies), 'SPENDING_LIMIT');
});

test('a unit that has not joined says so, and asks nobody', async () => {
  const net = ending(await testNet());
  assert.is(codeOf(await ask(net.ws, question)), 'NOBODY_THERE');
  assert.equal(net.compute.seen, []);
  assert.is(codeOf(await ask(net.ws, { ...question, swarm: 'yes' })), 'MESSAGE_INVALID');
});

test.run();

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock, systemClock } from '../../../src/core/clock.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { mark, SEALED, sendRequest } from '../../../src/net/swarm/query.ts';
import { openUnsealer, sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { SEAL_KEY_MS } from '../../../src/net/swarm/seal/keys.ts';
import { PAD_CLASSES } from '../../../src/net/swarm/seal/pad.ts';
import type { Hop } from '../../../src/net/swarm/wire/frames.ts';
import type { Taken } from '../../../src/net/swarm/wire/stream.ts';
import { scratch } from '../helpers.ts';
import { flipped, hostileEntry, TWISTS } from './hostile-entry.ts';
import { all, codeOf } from './peers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from './swarm.ts';

const CANARY = 'canary-4b1d-of-the-cold-cellar';
const NEAR = { sealed: { seal: sealTo(systemClock), privateMayBeNear: true } };
const FAR = { sealed: { ...NEAR.sealed, privateMayBeNear: false } };

const HEATMINE = new URL('../../../scripts/heatmine.mjs', import.meta.url).pathname;
const filesOf = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
const opens = (node: EchoNode): { path: Hop[] }[] =>
  node
    .frames()
    .filter((frame) => frame.subarray(0, 14).toString() === '{"type":"open"')
    .map((frame) => JSON.parse(frame.toString()));

test('sealed by way of an entry relay and the expert’s relay: neither can read it, nor does it stay with them', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true }, true);
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const last = await swarm.node({ relay: true, bootstrap }, true);
  // It can only be asked through its relay: nobody listens where it says it does.
  const relays = [{ key: last.key, url: last.url }];
  const expert = await swarm.node({ urls: ['ws://127.0.0.1:9'], relays, serve: SERVE });
  const far = await swarm.asker({ bootstrap }, FAR);
  assert.is(await eventually(async () => waitFor(await codeOf(far.ask(CANARY)), 'NO_ENTRY_RELAY')), 'NO_ENTRY_RELAY');
  assert.equal([...opens(entry), ...opens(last)], []);

  const asker = await swarm.asker({ bootstrap }, NEAR);
  const { said, node } = await eventually(() => asker.ask(CANARY));
  assert.equal([said, node], [CANARY, expert.key]);
  const old = { role: 'user' as const, content: `${CANARY} ${'w '.repeat(7000)}` };
  const messages = [...Array.from({ length: 8 }, () => old), { role: 'user' as const, content: CANARY }];
  assert.is((await asker.ask('', { messages })).said, CANARY);

  const whole = JSON.stringify([{ key: last.key, url: last.url }, { key: expert.key }]);
  assert.ok(opens(entry).some(({ path }) => JSON.stringify(path) === whole));
  assert.ok(opens(last).some(({ path }) => path.length === 1 && path[0]!.key === expert.key));
  for (const relay of [entry, last]) {
    const frames = relay.frames();
    assert.not.ok(Buffer.concat(frames).includes(CANARY));
    assert.not.ok(Buffer.concat(filesOf(relay.home)).includes(CANARY));
    assert.ok(filesOf(relay.home).length >= 2, 'a key and a log at least');
    const data = frames.filter((frame) => frame[0] === 0 && frame.length < 60_000);
    assert.ok(data.some((frame) => frame.length === 6 + PAD_CLASSES[0]));
  }
  // The same question in the clear shows that the recorder would have seen it.
  const clear = await swarm.asker({ bootstrap });
  assert.is((await clear.ask(CANARY)).said, CANARY);
  assert.ok(Buffer.concat(last.frames()).includes(CANARY));
  await swarm.end();
});

function waitFor(code: string, wanted: string): string {
  if (code !== wanted) throw new Error(`${code} and not ${wanted}`);
  return code;
}

/** `heatmine ask --swarm` in a process and home of its own. */
async function askBy(swarm: object, question: string) {
  const { dir, remove } = scratch();
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ swarm: { join: true, ...swarm } }));
  const args = [HEATMINE, 'ask', '--swarm', question, '--home', dir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { status: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  said.status = await new Promise((resolve) => child.once('close', resolve));
  remove();
  return said;
}

test('heatmine ask --swarm is sealed unless told otherwise; with no relay apart it sends nothing and says so', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true }, true);
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const expert = await swarm.node({ bootstrap, serve: SERVE }, true);
  const question = `why is my flow too low? ${CANARY}`;
  const { status, stdout, stderr } = await eventually(async () => {
    const said = await askBy({ bootstrap, nearRelays: true }, question);
    if (said.status !== 0) throw new Error(said.stderr);
    return said;
  });
  assert.equal([status, stdout], [0, `${question}\n`]);
  assert.match(stderr, 'sealed: the relay that you enter by sees your address');
  assert.equal(opens(entry)[0]!.path, [{ key: expert.key, url: expert.url }]);
  const sealedOnly = () => Buffer.concat([...entry.frames(), ...expert.frames()]);
  assert.not.ok(sealedOnly().includes(CANARY));
  const opened = opens(expert).length;
  const refused = await eventually(async () => {
    const said = await askBy({ bootstrap }, question);
    waitFor(/^NO\w+/m.exec(said.stderr)?.[0] ?? said.stderr, 'NO_ENTRY_RELAY');
    return said;
  });
  assert.equal([refused.status, refused.stdout], [2, '']);
  assert.match(refused.stderr, /^sealed: .*\nNO_ENTRY_RELAY: .*nothing was sent\n {2}-> .*--direct/);
  assert.is(opens(expert).length, opened);
  await swarm.end();
});

test('an answer that a relay cut, repeated, changed or replaced is refused', async () => {
  const swarm = testSwarm();
  const expert = await swarm.node({ serve: SERVE });
  let twist = (answer: Taken[]) => answer;
  const entry = await hostileEntry(expert, (answer) => twist(answer));
  const asker = await swarm.asker({ relays: [entry.relay] }, { ...NEAR, experience: openExperience() });
  assert.is((await eventually(() => asker.ask(CANARY))).said, CANARY);
  for (const [name, change] of Object.entries(TWISTS)) {
    twist = (answer) => {
      assert.ok(answer.length >= 3, 'start, text, end');
      return change(answer);
    };
    assert.is(await codeOf(asker.ask(CANARY)), 'SEAL_BROKEN', name);
  }
  await entry.end();
  await swarm.end();
});

test('a question that comes a second time, cut or changed is not answered', async () => {
  const swarm = testSwarm();
  const expert = await swarm.node({ serve: SERVE });
  const entry = await hostileEntry(expert, (answer) => answer);
  const asker = await swarm.asker({ relays: [entry.relay] }, NEAR);
  assert.is((await eventually(() => asker.ask(CANARY))).said, CANARY);
  const again = async (body: Buffer) => {
    const stream = entry.toExpert.open([]);
    await sendRequest(stream, body);
    return all(stream.frames());
  };
  assert.is(await codeOf(again(entry.requests[0]!)), 'SEAL_BROKEN');
  const { sealed } = await NEAR.sealed.seal(entry.seal, Buffer.alloc(100_000, ' '));
  assert.is(await codeOf(again(mark(SEALED, sealed.subarray(0, 61_440)))), 'SEAL_BROKEN');
  assert.is(await codeOf(again(mark(SEALED, Buffer.concat([sealed, sealed.subarray(0, 1024)])))), 'SEAL_BROKEN');
  const [head] = entry.requests;
  assert.is(await codeOf(again(flipped({ payload: head!, end: true }, 60).payload)), 'SEAL_BROKEN');
  await entry.end();
  await swarm.end();
});

test('the key that an expert shows changes after its day; the old one still opens', async () => {
  const clock = manualClock(1.8e12);
  const unsealer = await openUnsealer(clock);
  const first = unsealer.key;
  clock.advance(SEAL_KEY_MS);
  const second = await eventually(async () => {
    if (unsealer.key === first) throw new Error('still the first key');
    return unsealer.key;
  });
  for (const key of [first, second]) {
    const { sealed, open } = await sealTo(clock)(key, Buffer.from('q'));
    const { request, seal } = await unsealer.open(Buffer.from(sealed));
    assert.is(String(request), 'q');
    assert.is(String(await open(Buffer.from(await seal(Buffer.from('a'), true)), true)), 'a');
    const moved = await sealTo(clock)(key, Buffer.from('q'));
    const end = Buffer.from(await (await unsealer.open(Buffer.from(moved.sealed))).seal(Buffer.from('a'), true));
    assert.throws(
      () => moved.open(end, false),
      (e: { code?: string }) => e.code === 'SEAL_BROKEN',
    );
  }
  assert.is(await codeOf(sealTo(clock)(Buffer.alloc(32).toString('base64url'), Buffer.from('q'))), 'PEER_INVALID');
});

test.run();

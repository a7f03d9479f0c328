/** What a copy of the weights makes of answers that others gave; and that several askers at once get what one alone gets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wordingOf } from '../../src/compute/catalogue.ts';
import type { GenerateRequest, LoadedModel } from '../../src/compute/engine.ts';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import { fillerLines, readExpert, verifiedSpec } from '../../src/compute/experts.ts';
import { startCompute } from '../../src/compute/start.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { seededRandom } from '../../src/core/random.ts';
import { collect } from './engine-compliance.ts';
import { call, grantOf, memoryLink, silent, tempDir } from './fixture.ts';

const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const never = new AbortController().signal;

function shipped(id: string) {
  const expert = readExpert(fileURLToPath(new URL(`../../models/${id}`, import.meta.url)), id);
  const { fact, grammar } = expert;
  if (fact?.engine !== 'llama') throw new Error(`${id} does not answer`);
  const { stop, maxTokens, saysAfter } = fact;
  const rest = { maxTokens, temperature: 0, stop, ...(grammar ? { grammar } : {}) };
  const questions = fillerLines(expert).map((line) => `${line.split('\n')[0]!}\n`);
  return { expert, saysAfter, questions, requestOf: (prompt: string): GenerateRequest => ({ prompt, ...rest }) };
}

const host = createEngineHost({ file: ENGINE, args: [], clock: systemClock, log: silent });
const load = async (id: string, width: number) =>
  host.engine('llama').load(await verifiedSpec(shipped(id).expert, width));
const told = async (model: LoadedModel, request: GenerateRequest) => (await collect(model, request)).text;

test('four at once get what one alone gets: native sampling is not thread-safe, so the engine has one thread for it', async () => {
  const { questions, requestOf, saysAfter } = shipped('convert');
  const crowd = await load('convert', 4);
  const environ = readFileSync(`/proc/${host.pid}/environ`, 'utf8').split('\0');
  assert.ok(environ.includes('UV_THREADPOOL_SIZE=1'));
  const requests = questions.slice(0, 12).map(requestOf);
  const said = await Promise.all(requests.map((request) => told(crowd, request)));
  for (const [i, text] of said.entries()) {
    const given = text.slice(text.indexOf(saysAfter!) + saysAfter!.length);
    const doubt = await crowd.doubt!({ request: requests[i]!, saysAfter, given }, never);
    assert.ok(
      doubt.parted.every((lead) => lead < 0.5),
      `${given} instead of ${doubt.own}, ${doubt.parted} nats off`,
    );
    assert.ok(doubt.answerTokens > 20 && doubt.promptTokens > 5);
  }
  await crowd.unload();
});

test('another answer, a cut one, one that goes on and one that nobody can give part from the own one far from rounding', async () => {
  const { questions, requestOf } = shipped('faults');
  const model = await load('faults', 1);
  const request = requestOf(questions[0]!);
  const right = await told(model, request);
  const doubt = (given: string) => model.doubt!({ request, given }, never);
  const same = await doubt(right);
  assert.equal([same.own, same.parted, same.isWhole], [right, [], true]);
  const [head] = right.split(':');
  for (const given of [`${head}`, `${right} And more.`, '', 'qqq', 'F1', `\uFFFD`, right.slice(0, -3)]) {
    const { parted, isWhole } = await doubt(given);
    assert.is(isWhole, false, 'a grammar is not followed on another way');
    assert.ok(parted[0]! > 1 && Number.isFinite(parted[0]), `"${given}" is doubted by ${parted} nats only`);
  }
  await model.unload();
});

test('without a grammar another text is followed to its end: each parting is told, and its tokens are counted', async () => {
  const { questions, requestOf } = shipped('convert');
  const model = await load('convert', 1);
  const request = requestOf(questions[0]!);
  const right = await told(model, request);
  const digit = right.search(/\d/);
  const other = right.slice(0, digit) + ((Number(right[digit]) + 1) % 10) + right.slice(digit + 1);
  const doubt = (given: string) => model.doubt!({ request, given }, never);
  const [own, followed] = [await doubt(right), await doubt(other)];
  assert.equal([followed.own, followed.isWhole], [other, true]);
  assert.ok(followed.parted.length > 0 && followed.parted[0]! > 0);
  assert.ok(Math.abs(followed.answerTokens - own.answerTokens) <= 2);
  assert.equal([own.parted, own.answerTokens], [[], (await collect(model, request)).end.answerTokens]);
  const cut = await doubt(right.slice(0, digit + 1));
  assert.ok(cut.parted.length >= 1 && cut.answerTokens < own.answerTokens);
  const random = seededRandom(3);
  const noise = Array.from({ length: 20_000 }, () => String.fromCharCode(97 + Math.floor(random() * 26)));
  const lost = await doubt(noise.join(''));
  assert.equal([lost.isWhole, lost.parted.length], [false, 8], 'noise is not followed for ever');
  await model.unload();
});

test('coarser arithmetic moves the closest calls a little; behind hidden working the closest stands for the place where they parted', async () => {
  const { questions, requestOf, saysAfter } = shipped('convert');
  const model = await load('convert', 1);
  const request = requestOf(questions[0]!);
  const { own, calls, moves } = await model.doubt!({ request, saysAfter }, never);
  assert.is(moves.length, 8);
  assert.ok(moves.some((move) => move !== 0) && moves.every((move) => Math.abs(move) < 2), `${moves}`);
  const wrong = await model.doubt!({ request, saysAfter, given: '1 kW' }, never);
  const same = await model.doubt!({ request, saysAfter, given: own }, never);
  assert.equal([wrong.parted, wrong.isWhole], [[Math.min(...calls)], false]);
  assert.equal([same.parted, same.isWhole], [[], true]);
  await model.unload();
});

test('the wording of a copy is what shapes its answers beside the weights, and nothing else of its manifest', () => {
  const { fact } = shipped('faults').expert;
  if (fact?.engine !== 'llama') throw new Error('no fact');
  const wording = wordingOf(fact, 'root ::= "x"');
  assert.match(wording, /^[0-9a-f]{16}$/);
  assert.is(wordingOf({ ...fact, title: 'Renamed', topics: [], priceEurPerMtoken: 1 }, 'root ::= "x"'), wording);
  const others = [
    wordingOf({ ...fact, prompt: { ...fact.prompt, prefix: 'Lie. ' } }, 'root ::= "x"'),
    wordingOf({ ...fact, maxTokens: fact.maxTokens + 1 }, 'root ::= "x"'),
    wordingOf({ ...fact, saysAfter: '=' }, 'root ::= "x"'),
    wordingOf(fact, 'root ::= "y"'),
    wordingOf(fact, undefined),
  ];
  assert.is(new Set([wording, ...others]).size, 6);
});

test('compute weighs for net, by free watts only, and refuses what no weights of its own would answer', async () => {
  const { dir, remove } = tempDir();
  const link = memoryLink();
  const path = join(dir, 'c.sock');
  const shippedDir = fileURLToPath(new URL('../../models', import.meta.url));
  const options = { config: Config.parse({}), shippedDir, installedDir: dir, listen: { path } };
  const compute = await startCompute({ ...options, link, clock: systemClock, log: silent });
  link.deliver('grant', grantOf(4900, 4900));
  const weigh = (body: unknown) => call(path, 'POST', '/weigh', body);
  const chat = { model: 'faults', messages: [{ role: 'user', content: 'why is my flow too low?' }] };
  const { own, calls, weights, wording, hidesWorking } = (await weigh(chat)).json() as Record<string, unknown>;
  assert.ok(typeof own === 'string' && own.length > 20 && Array.isArray(calls) && calls.length > 20);
  assert.match(String(weights), /^[0-9a-f]{16}$/);
  assert.is(hidesWorking, false);
  assert.equal((await weigh({ ...chat, given: own })).json().parted, []);
  assert.ok(Number((await weigh({ ...chat, given: 'It is fine.' })).json().parted?.[0]) > 1);
  const answer = (await call(path, 'POST', '/v1/chat/completions', chat)).json() as {
    heatmine?: Record<string, unknown>;
  };
  assert.is(answer.heatmine?.weights, weights, 'answers name the weights they are made with');
  assert.is(answer.heatmine?.wording, wording, 'and how they are asked');
  const gas = [{ role: 'user', content: 'I smell gas next to the unit' }];
  for (const body of [
    { ...chat, given: 7 },
    { ...chat, model: 'status' },
    { ...chat, messages: gas },
    'null',
    'no JSON',
  ])
    assert.is((await weigh(body)).status, 400);
  assert.is((await weigh({ ...chat, model: 'nobody' })).status, 404);
  await compute.stop();
  remove();
});

test.after(() => host.close());

test.run();

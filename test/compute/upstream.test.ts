/** Servers behind us that misbehave: told as theirs, never as the asker's fault or as one of our own. */
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { createUpstreamEngine, upstreamModels } from '../../src/compute/engines/upstream.ts';
import { errorOf } from '../../src/compute/openai-errors.ts';
import { collect } from './engine-compliance.ts';
import { echoUnit, grantOf } from './fixture.ts';

const SAID = 'data: {"choices":[{"delta":{"content":"half"}}]}\n\n';
const says =
  (text: string, type = 'text/event-stream') =>
  (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': type }).end(text);
const breaksOff = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(SAID);
  setTimeout(() => response.destroy(), 20);
};
const refuse = (response: ServerResponse, status: number, error: object, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error }));

/** What one server does, and the status and wait that our asker is told. */
const CASES: Record<string, [(response: ServerResponse) => void, number, number | undefined]> = {
  'closes in the midst': [breaksOff, 503, 5],
  'ends without usage': [says(`${SAID}data: [DONE]\n\n`), 503, 5],
  'has no end of a line': [says(`data: ${'x'.repeat(1_100_000)}`), 503, 5],
  'says null': [says('data: null\n\n'), 503, 5],
  'says numbers for texts': [says(SAID.replace('"half"', '42')), 503, 5],
  'is a page': [says('<html>', 'text/html'), 503, 5],
  'wants a key': [(r) => refuse(r, 401, { message: 'no key' }), 503, 5],
  'refuses a field': [(r) => refuse(r, 400, { message: 'no such field' }), 400, undefined],
  'is full, and says for how long': [(r) => refuse(r, 429, { message: 'slow' }, { 'retry-after': '77' }), 429, 77],
  'is full, and says a date': [
    (r) => refuse(r, 503, { message: 'slow' }, { 'retry-after': 'Fri, 1 Jan 2100' }),
    503,
    5,
  ],
};

async function served<T>(answer: (response: ServerResponse) => void, body: (url: string) => Promise<T>): Promise<T> {
  const server = http.createServer((request, response) => request.resume().on('end', () => answer(response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

for (const [what, [answer, status, retryAfterS]] of Object.entries(CASES)) {
  test(`an upstream that ${what}`, () =>
    served(answer, async (file) => {
      const spec = { id: 'm', file, contextTokens: 100, width: 1, sizeBytes: 0 };
      const model = await createUpstreamEngine().load(spec);
      const error = await collect(model, { prompt: 'hello' }).catch((thrown) => thrown);
      const told = errorOf(error);
      assert.equal([told.status, told.retryAfterS], [status, retryAfterS]);
      assert.match(told.body.error.message, file, 'named, so that the owner knows where to look');
    }));
}

test('a call whose arguments are no JSON is told Ollama’s clients as the model’s, not as a fault of ours', async () => {
  const echo = createEchoEngine();
  const toolCalls = [{ name: 'set', arguments: '{"level": ' }];
  const engine: Engine = {
    ...echo,
    load: async (spec) => ({
      ...(await echo.load(spec)),
      async *generate() {
        yield { text: '', tokens: 1 };
        return { finish: 'tool_calls' as const, promptTokens: 1, answerTokens: 1, toolCalls };
      },
    }),
  };
  const unit = await echoUnit({ engine });
  try {
    unit.power.offer(grantOf(5000));
    const body = { model: 'echo', stream: false, messages: [{ role: 'user', content: 'x' }] };
    const answer = await fetch(`http://127.0.0.1:${unit.port}/api/chat`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    assert.is(answer.status, 503);
    assert.match(((await answer.json()) as { error: string }).error, /called set with arguments that are no JSON/);
  } finally {
    await unit.stop();
  }
});

test('a list in which one model tells no length, as vLLM lists its adapters', () =>
  served(
    (response) =>
      response.end(
        JSON.stringify({
          data: [
            { id: 'a', max_model_len: 4096 },
            { id: 'b', max_model_len: null },
          ],
        }),
      ),
    async (url) => {
      const models = await upstreamModels(url, new AbortController().signal);
      assert.equal(
        models.map(({ id }) => id),
        ['a', 'b'],
      );
    },
  ));

test.run();

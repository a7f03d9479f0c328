/** Whoever leaves ends the computing: from a socket closed at net to an engine process that says no word more. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { ASK_PATH, SUBPROTOCOL } from '../../src/contract/wire.ts';
import { sleep, tempDir } from './fixture.ts';
import { served } from './served.ts';

/** 200 ms are promised and measured by `npm run bench -- serve`; a test allows for a busy machine. */
const LIMIT_MS = 10_000;
/** Twenty words of a live answer. */
const QUIET_MS = 600;
const WORDS = 'word '.repeat(200).trim();
const ENGINE = fileURLToPath(new URL('./slow-engine.ts', import.meta.url));

const { dir, remove } = tempDir();
const file = join(dir, 'words');
const said = () => (existsSync(file) ? statSync(file).size : 0);
let unit: Awaited<ReturnType<typeof served>>;
test.before(async () => {
  process.env.HM_TEST_TOKENS = file;
  unit = await served(ENGINE);
});
test.after(async () => {
  await unit.end();
  remove();
});

/** Starts to ask; the function it gives ends the connection. */
const askers: Record<string, () => Promise<() => void>> = {
  async websocket() {
    const socket = new WebSocket(unit.url.replace('http', 'ws') + ASK_PATH, SUBPROTOCOL);
    await new Promise((resolve) => socket.once('open', resolve));
    const messages = [{ role: 'user', content: WORDS }];
    socket.send(JSON.stringify({ type: 'ask', id: '1', expert: 'talker', messages, maxTokens: 400 }));
    return () => socket.terminate();
  },
  stream: async () => post(true),
  'whole answer': async () => post(false),
};

function post(stream: boolean): () => void {
  const aborter = new AbortController();
  const body = { model: 'talker', messages: [{ role: 'user', content: WORDS }], max_tokens: 400, stream };
  const request = { method: 'POST', body: JSON.stringify(body), signal: aborter.signal };
  fetch(`${unit.url}/v1/chat/completions`, request).then(
    (response) => response.text().catch(() => {}),
    () => {},
  );
  return () => aborter.abort();
}

for (const [name, ask] of Object.entries(askers)) {
  test(`${name}: the engine stops when the asker has gone`, async () => {
    const before = said();
    const leave = await ask();
    const startedMs = performance.now();
    while (said() < before + 5) {
      assert.ok(performance.now() - startedMs < LIMIT_MS, 'the answer begins');
      await sleep(5);
    }
    leave();
    const leftMs = performance.now();
    for (let last = -1; last !== said(); ) {
      last = said();
      assert.ok(performance.now() - leftMs < LIMIT_MS, 'the engine goes on');
      await sleep(QUIET_MS);
    }
    assert.ok(said() < before + 200, `${said() - before} words: it was not ended, it came to its end`);
  });
}

test.run();

/** A node of the swarm in a process of its own, with the echo engine; settings and home by argument, port and key to the parent. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { WebSocket } from 'ws';
import { createEchoEngine } from '../../../src/compute/engines/echo.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import type { ComputeClient } from '../../../src/net/ask/compute-client.ts';
import { loadIdentity } from '../../../src/net/swarm/identity.ts';
import { openSwarm } from '../../../src/net/swarm/open.ts';

const config = SwarmConfig.parse(JSON.parse(process.argv[2]!));
const home = process.argv[3]!;
const frames = process.argv[4];
const log = pino({ level: 'trace' }, pino.destination({ dest: join(home, 'log'), sync: true }));
const keysDir = join(home, 'keys');
const engine = createEchoEngine();
const model = await engine.load({ contextTokens: 100_000 } as Parameters<typeof engine.load>[0]);

const compute: Pick<ComputeClient, 'answer'> = {
  async *answer(ask, signal) {
    yield { type: 'start', expert: ask.expert, why: 'asked for' };
    const prompt = ask.messages.at(-1)!.content;
    const request = { prompt, maxTokens: ask.maxTokens ?? 4096, stop: [] };
    const run = model.generate(request as unknown as Parameters<typeof model.generate>[0], signal);
    for (;;) {
      const step = await run.next();
      if (step.done) {
        const { finish, promptTokens, answerTokens } = step.value;
        const joules = answerTokens * 2.97;
        const meter = { expert: ask.expert, promptTokens, answerTokens, joules, modelled: true, cardSeconds: 0 };
        return yield { type: 'end', finish, meter };
      }
      if (step.value.text) yield { type: 'chunk', text: step.value.text };
    }
  },
};
if (frames) {
  // Every message of every websocket of this process, as it is after TLS and masks: what its owner could read.
  const note = (data: unknown) => appendFileSync(frames, `${Buffer.from(data as Buffer).toString('hex')}\n`);
  const { emit, send } = WebSocket.prototype;
  WebSocket.prototype.emit = function (this: WebSocket, event: string | symbol, ...args: unknown[]) {
    if (event === 'message') note(args[0]);
    return emit.call(this, event, ...args);
  };
  WebSocket.prototype.send = function (this: WebSocket, data: unknown, ...more: unknown[]) {
    note(data);
    return (send as (...args: unknown[]) => void).call(this, data, ...more);
  };
}
const node = await openSwarm({ config, port: 0, keysDir, compute, log });
process.on('disconnect', () => process.exit(0));
process.send!({ port: node.port, key: loadIdentity(keysDir).id });

/** A node of the swarm in a process of its own, with the echo engine; settings by argument, port and key to the parent. */
import { createEchoEngine } from '../../../src/compute/engines/echo.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import type { ComputeClient } from '../../../src/net/ask/compute-client.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { openDiscoveries } from '../../../src/net/swarm/open.ts';
import { log } from '../helpers.ts';

const config = SwarmConfig.parse(JSON.parse(process.argv[2]!));
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
const identity = freshIdentity();
const node = await startNode({
  ...{ config, port: 0, identity, compute, log, random: Math.random },
  discoveries: (port) => openDiscoveries({ config, port, identity, log }),
});
process.on('disconnect', () => process.exit(0));
process.send!({ port: node.port, key: identity.id });

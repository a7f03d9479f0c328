import { setTimeout as pause } from 'node:timers/promises';
import { createEchoEngine } from '../../../compute/engines/echo.ts';
import type { ComputeClient } from '../../../net/ask/compute-client.ts';

const CONTEXT_TOKENS = 100_000;
/** What the modelled card of the echo takes for a token, J. */
const JOULES_PER_TOKEN = 2.97;

/** What compute is to a node of the swarm, with the real echo engine in this process; a token every `tokenMs`. `isWide`: answers do not wait for each other. */
export async function echoCompute(tokenMs = 0, isWide = false): Promise<Pick<ComputeClient, 'answer'>> {
  const engine = createEchoEngine();
  const spec = { id: 'echo', file: '', contextTokens: CONTEXT_TOKENS, width: 1, sizeBytes: 0 };
  const shared = await engine.load(spec);
  return {
    async *answer(ask, signal) {
      const model = isWide ? await engine.load(spec) : shared;
      yield { type: 'start', expert: ask.expert, why: 'asked for' };
      const prompt = ask.messages.at(-1)!.content;
      const request = { prompt, maxTokens: ask.maxTokens ?? 4096, temperature: 0, stop: [] };
      const run = model.generate(request, signal);
      for (;;) {
        const step = await run.next();
        if (step.done) {
          const { finish, promptTokens, answerTokens } = step.value;
          const joules = answerTokens * JOULES_PER_TOKEN;
          const meter = { expert: ask.expert, promptTokens, answerTokens, joules, modelled: true, cardSeconds: 0 };
          return yield { type: 'end', finish, meter };
        }
        if (step.value.text) yield { type: 'chunk', text: step.value.text };
        if (tokenMs) await pause(tokenMs);
      }
    },
  };
}

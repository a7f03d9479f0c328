/** An engine process that says one word each 30 ms, and writes a byte for each to the file that HM_TEST_TOKENS names. */
import { appendFileSync } from 'node:fs';
import type { Engine } from '../../src/compute/engine.ts';
import { serveEngines } from '../../src/compute/engine-child/serve.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';

process.on('disconnect', () => process.exit(0));
const file = process.env.HM_TEST_TOKENS!;
const echo = createEchoEngine();
const engine: Engine = {
  ...echo,
  async load(spec) {
    const model = await echo.load(spec);
    async function* generate(...[request, signal]: Parameters<typeof model.generate>) {
      const words = model.generate(request, signal);
      for (let step = await words.next(); ; step = await words.next()) {
        if (step.done) return step.value;
        appendFileSync(file, '.');
        yield step.value;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
    return { ...model, generate };
  },
};
serveEngines({ llama: engine }, process as never);

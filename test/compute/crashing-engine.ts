/**
 * An engine process that dies when it is told to: echo, but `!crash` aborts, `!hang` never returns, and `badload` dies at its load,
 * `badwords` at the first words of any answer.
 * `slowload` takes 1.5 s the first time and `endless` for ever, whoever gives them up.
 */

import { type Engine, textOf } from '../../src/compute/engine.ts';
import { serveEngines } from '../../src/compute/engine-child/serve.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';

process.on('disconnect', () => process.exit(0));
const echo = createEchoEngine();
let slow = 1500;
const engine: Engine = {
  ...echo,
  async load(spec) {
    if (spec.id === 'badload') process.abort();
    if (spec.id === 'slowload') await new Promise((resolve) => setTimeout(resolve, slow));
    if (spec.id === 'slowload') slow = 0;
    if (spec.id === 'endless') await new Promise(() => {});
    const model = await echo.load(spec);
    async function* generate(...[request, signal]: Parameters<typeof model.generate>) {
      const text = textOf(request.prompt);
      if (text.includes('!hang')) for (;;);
      const chunks = model.generate(request, signal);
      for (let step = await chunks.next(); ; step = await chunks.next()) {
        if (step.done) return step.value;
        yield step.value;
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (text.includes('!crash') || spec.id === 'badwords') process.abort();
      }
    }
    return { ...model, generate };
  },
};
serveEngines({ llama: engine }, process as never);

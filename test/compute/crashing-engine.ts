/**
 * An engine process that dies when it is told to: echo, but `!crash` aborts, `!hang` never returns, and `badload` dies at its load,
 * `badwords` at the first words of any answer,
 * `cpuonly` at its load on a GPU.
 * With FAKE_GPU it tells of a GPU of so many bytes, from which those of loaded models go; `wrong` reads no line right, `dying` ends
 * at its first look, and FAKE_GONE names a file that takes the GPU away once it is there.
 * `slowload` takes 1.5 s the first time and `endless` for ever, whoever gives them up.
 */

import { existsSync } from 'node:fs';
import { type Engine, textOf } from '../../src/compute/engine.ts';
import { serveEngines } from '../../src/compute/engine-child/serve.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';

process.on('disconnect', () => process.exit(0));
const echo = createEchoEngine();
const { FAKE_GPU, FAKE_IS = 'sound', FAKE_GONE = '' } = process.env;
let freeBytes = Number(FAKE_GPU);
let slow = 1500;
const engine: Engine = {
  ...echo,
  async load(spec) {
    if (spec.id === 'badload') process.abort();
    if (spec.id === 'cpuonly' && FAKE_GPU !== undefined) process.abort();
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
    freeBytes -= spec.sizeBytes;
    const score = async () => ({ tokens: 1, logLikelihood: FAKE_IS === 'wrong' ? -6 : -0.1 });
    const unload = async () => {
      freeBytes += spec.sizeBytes;
    };
    return { ...model, generate, score, unload };
  },
  async see() {
    if (FAKE_IS === 'dying') process.abort();
    if (FAKE_GPU === undefined || existsSync(FAKE_GONE)) return { gpu: false, why: 'the driver is gone' };
    return { gpu: 'vulkan', names: ['fake'], totalBytes: Number(FAKE_GPU), freeBytes, isShared: false };
  },
};
serveEngines({ llama: engine }, process as never);

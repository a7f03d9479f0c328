/**
 * llama.cpp on a Vulkan device: the first that there is, and Debian's mesa-vulkan-drivers are one on any processor. Its
 * arithmetic is its own, so answers may differ from the processor's; what an engine must do is the same.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import { startCompute } from '../../src/compute/start.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { compliance } from './engine-compliance.ts';
import { call, grantOf, haveStories, memoryLink, STORIES, silent, sleep, tempDir } from './fixture.ts';

const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
process.env.GGML_VK_VISIBLE_DEVICES = '0';

const open = () =>
  createEngineHost({ file: ENGINE, args: [], env: { HEATMINE_GPU: 'vulkan' }, clock: systemClock, log: silent });

async function hasDevice(): Promise<boolean> {
  const host = open();
  return host.engine('llama').see!()
    .then(({ gpu }) => gpu === 'vulkan')
    .finally(() => host.close());
}

if (!haveStories) process.stdout.write('SKIP llama on Vulkan: needs ../shared\n');
else if (!(await hasDevice())) process.stdout.write('SKIP llama on Vulkan: needs mesa-vulkan-drivers\n');
else {
  compliance({
    name: 'llama, stories260K, on Vulkan',
    async make() {
      const host = open();
      const spec = { id: 'stories', file: STORIES, contextTokens: 128, width: 4, sizeBytes: 1 };
      return { engine: host.engine('llama'), spec, close: () => host.close() };
    },
    prompt: 'Once upon a time',
    overlong: 'Once upon a time there was a girl. '.repeat(40),
    // Mesa 22.3 of Debian 12 ended in a thread of its own there in 6 of 11 runs.
    atOnce: false,
  });

  test('compute answers on the GPU that the environment names, and says so', async () => {
    const { dir, remove } = tempDir();
    const path = join(dir, 'c.sock');
    const link = memoryLink();
    const compute = await startCompute({
      ...{ config: Config.parse({}), shippedDir: MODELS, installedDir: join(dir, 'none'), listen: { path } },
      ...{ link, clock: systemClock, log: silent },
    });
    try {
      link.deliver('grant', grantOf(4900, 0, 'test', 1e9));
      const messages = [{ role: 'user', content: 'the accelerator is silent' }];
      const reply = await call(path, 'POST', '/v1/chat/completions', { model: 'faults', messages });
      assert.is(reply.status, 200, reply.text);
      assert.match(reply.text, /F24 Accelerator silent/);
      await sleep(1100);
      const { text, fault } = link.last('computeState')!.engine!;
      assert.match(text, /^Vulkan: .+, \d+\.\d GiB$/);
      assert.is(fault, undefined);
    } finally {
      await compute.stop();
      remove();
    }
  });

  test.run();
}

/** Net and compute as a stranger's client meets them: the real HTTP door, a real model behind it, watts granted. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCompute } from '../../src/compute/start.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { startNet } from '../../src/net/net.ts';
import { passwords, testBroker, UNIT } from '../net/helpers.ts';
import { grantOf, memoryLink, silent, tempDir } from './fixture.ts';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
export const CONTEXT_TOKENS = 512;

/** With the engine of another program, or the shipped one: the shipped experts, and `talker`: the weights of one of them without its grammar, prompt and limits. */
export async function served(engineFile?: string) {
  const { dir, remove } = tempDir();
  const installedDir = join(dir, 'models');
  addTalker(installedDir, 'talker');
  const broker = await testBroker();
  const sockets = { broker: broker.unixPath, compute: join(dir, 'compute.sock') };
  const link = memoryLink();
  const config = { ...Config.parse({ unit: UNIT, compute: { incomeEurPerKwh: 0.3 } }), portBase: 0 };
  const compute = await startCompute({
    ...{ config, shippedDir: MODELS, installedDir, listen: { path: sockets.compute } },
    ...{ link, clock: systemClock, log: silent, ...(engineFile === undefined ? {} : { engineFile }) },
  });
  link.deliver('grant', grantOf(4900, 0, 'test grant', 600_000));
  const net = await startNet({
    ...{ config, home: dir, sockets, password: passwords.net!, stateDir: dir, distDir: join(dir, 'dist'), log: silent },
  });
  return {
    link,
    models: installedDir,
    url: `http://127.0.0.1:${net.port}`,
    async end() {
      await net.close();
      await compute.stop();
      await broker.end();
      remove();
    },
  };
}

export function addTalker(models: string, id: string, change: object = {}): void {
  const dir = join(models, id);
  mkdirSync(dir, { recursive: true });
  const source = join(MODELS, 'ancestor', 'ancestor.q8_0.gguf');
  const bytes = readFileSync(source);
  copyFileSync(source, join(dir, 'weights.gguf'));
  const expert = {
    ...{ id, title: 'A talker', description: 'for tests', topics: [], licence: 'Apache-2.0', engine: 'llama' },
    ...{ file: 'weights.gguf', sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length },
    ...{ parents: [], contextTokens: CONTEXT_TOKENS, prompt: { prefix: '', suffix: '' }, stop: [], maxTokens: 400 },
    ...{ grammar: null, temperature: 0, examples: [] },
    ...change,
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
}

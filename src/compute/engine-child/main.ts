import { writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createOnnxEngine } from '../engines/onnx.ts';
import { ENGINE_NAMES, ENGINES } from '../engines/table.ts';
import { serveEngines } from './serve.ts';

/**
 * The process in which native code runs. Argument: the file with the classifier's features, which ships with us.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// An exit would wait for native code that hangs in a load, for nobody any more.
process.on('disconnect', () => {
  flushCompileCache();
  process.kill(process.pid, 'SIGKILL');
});
try {
  // When memory runs out this goes first, never control (F25).
  writeFileSync('/proc/self/oom_score_adj', '800');
} catch {
  // Not Linux, or not allowed: then nothing is lost.
}
const [featuresFile] = process.argv.slice(2);
const { features } = featuresFile
  ? ((await import(pathToFileURL(featuresFile).href)) as { features(text: string): Float32Array })
  : { features: undefined };
serveEngines(
  {
    ...Object.fromEntries(await Promise.all(ENGINE_NAMES.map(async (name) => [name, await ENGINES[name]()]))),
    ...(features ? { onnx: createOnnxEngine(features) } : {}),
  },
  process as never,
);

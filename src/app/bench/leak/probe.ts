import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded into every process of the measured unit: on SIGUSR2 it collects all garbage and appends what is left, so that a
 * slope shows what is kept and not when V8 last cleaned up.
 */
const dir = process.env.HEATMINE_LEAK_DIR;

if (dir) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('SIGUSR2', () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const fds = readdirSync('/proc/self/fd').length;
    appendFileSync(join(dir, String(process.pid)), `${heapUsed + external} ${fds}\n`);
  });
}

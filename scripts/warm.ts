/**
 * After `npm ci`: loads the program of each process once, so that the compile cache of scripts/heatmine.mjs is there at the
 * first start. Each ends by itself, because no supervisor started it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EXEC_ARGV } from '../src/app/supervisor.ts';

const root = join(import.meta.dirname, '..');
const CHILDREN = ['hal/sim', 'control', 'net/broker', 'compute', 'net', 'compute/engine-child'];
const LIMIT_MS = 60_000;

process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/heatmine');
const load = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore', timeout: LIMIT_MS });
for (const child of CHILDREN) load(...EXEC_ARGV, join(root, 'src', child, 'main.ts'));
load(join(root, 'scripts/heatmine.mjs'), 'run', '--help');

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sockets } from './child.ts';

/** The kernel's limit for a socket path is 107 bytes; beyond this a short directory under /tmp is used. */
const SOCKET_DIR_LIMIT = 90;

export interface Paths {
  home: string;
  config: string;
  state: string;
  keys: string;
  models: string;
  /** Written while the unit runs: ports and pid, for the command line. */
  unit: string;
  sockets: Sockets;
}

/** Where one unit keeps what it owns. Pure; `ensurePaths` makes the directories. */
export function pathsOf(home = process.env.HEATMINE_HOME ?? join(homedir(), '.heatmine')): Paths {
  const root = resolve(home);
  const near = join(root, 'run');
  const run =
    near.length <= SOCKET_DIR_LIMIT
      ? near
      : join(tmpdir(), `heatmine-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`);
  return {
    home: root,
    config: join(root, 'config.yaml'),
    state: join(root, 'state'),
    keys: join(root, 'keys'),
    models: join(root, 'models'),
    unit: join(root, 'state', 'unit.json'),
    sockets: { plant: join(run, 'plant.sock'), compute: join(run, 'compute.sock'), broker: join(run, 'broker.sock') },
  };
}

export function ensurePaths(paths: Paths): void {
  for (const dir of [paths.home, paths.state, paths.keys, paths.models, join(paths.sockets.plant, '..')]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
}

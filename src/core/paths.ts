import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import type { Sockets } from './child.ts';
import { HeatmineError } from './errors.ts';

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
  /** Ten minutes of ticks around each of the last faults. */
  ticks: string;
  /** Where `heatmine io` finds control. */
  io: string;
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
    ticks: join(root, 'ticks'),
    io: join(run, 'io.sock'),
    sockets: { plant: join(run, 'plant.sock'), compute: join(run, 'compute.sock'), broker: join(run, 'broker.sock') },
  };
}

/**
 * Makes the directories, and sees that they are ours alone: the one under /tmp has a name that anybody can work out and
 * take first. Throws CONFIG_INVALID. `uid` is undefined where the system knows none.
 */
export function ensurePaths(paths: Paths, uid = process.getuid?.()): void {
  for (const dir of [paths.home, paths.state, paths.keys, paths.models, dirname(paths.sockets.plant)]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // Inside the home the owner may have put a link, to a bigger disk say; under /tmp a link is somebody's trap.
    const within = dir === paths.home || dir.startsWith(`${paths.home}${sep}`);
    const found = lstatSync(dir);
    const isDirectory = within ? statSync(dir).isDirectory() : found.isDirectory();
    if (!isDirectory || (uid !== undefined && found.uid !== uid)) {
      const way = within ? 'chown it to the user who runs this' : 'remove it';
      throw new HeatmineError(
        'CONFIG_INVALID',
        `${dir} belongs to somebody else or is no directory; ${way}, or set HEATMINE_HOME to another, short path`,
      );
    }
    if (uid !== undefined && dir !== paths.home && found.isDirectory() && found.mode & 0o077) chmodSync(dir, 0o700);
  }
}

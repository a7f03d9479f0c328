import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeatmineError } from '../../../core/errors.ts';
import { say } from '../../command.ts';
import { spawnUnit } from '../../spawn-unit.ts';
import type { Figure } from '../table.ts';
import { lateness } from './loop.ts';

const PORT_BASE = 23_160;
const START_MS = 180_000;
const MIB = 2 ** 20;
/** Beside what the unit's processes hold and cannot give back: for their programs and for what is read. */
const SPARE_BYTES = 48 * MIB;
const MOST_P99_MS = 5;
/** Read again and again by the neighbour: more than there is room for. */
const READ_DIR = join(import.meta.dirname, '../../../../node_modules');

/** A memory group of the kernel's, of either version. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory */
interface Group {
  join(pid: number): void;
  /** Bytes that cannot be given back by forgetting what stands in files. */
  heldBytes(): number;
  limit(bytes: number): void;
  /** How often somebody wanted more than the limit. */
  pressed(): number;
  remove(): void;
}

const field = (text: string, name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);

function openGroup(): Group {
  const isFirst = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const root = isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
  const dir = join(root, `heatmine-bench-${process.pid}`);
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  try {
    mkdirSync(dir);
    read(isFirst ? 'memory.limit_in_bytes' : 'memory.max');
  } catch (error) {
    throw new HeatmineError('USAGE', 'loop pressure needs a memory group of the kernel: run it as root on the board', {
      cause: error,
    });
  }
  return {
    join: (pid) => writeFileSync(join(dir, 'cgroup.procs'), String(pid)),
    heldBytes: () => field(read('memory.stat'), isFirst ? 'total_rss' : 'anon'),
    limit: (bytes) => writeFileSync(join(dir, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes)),
    pressed: () => (isFirst ? Number(read('memory.failcnt')) : field(read('memory.events'), 'max')),
    remove() {
      writeFileSync(join(root, 'cgroup.procs'), String(process.pid));
      rmdirSync(dir);
    },
  };
}

/** Reads files without an end, so that the kernel must forget others for each. */
function startReader(group: Group): () => Promise<unknown> {
  const script = `while :; do find ${READ_DIR}/ -type f -size +64k -exec cat {} + >/dev/null 2>&1; done`;
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true });
  group.join(child.pid!);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return () => {
    process.kill(-child.pid!, 'SIGKILL');
    return exited;
  };
}

/** A real unit and somebody who reads all day, in so little memory that the kernel forgets programs while they run (F19). */
export async function pressureFigures(ticks: number): Promise<Figure[]> {
  const group = openGroup();
  group.join(process.pid);
  const unit = spawnUnit({ portBase: PORT_BASE });
  let stopReader = async (): Promise<unknown> => undefined;
  try {
    await unit.until((s) => s.compute !== null && s.control !== null, START_MS);
    say(`${ticks} ticks with memory to spare ...`);
    const idle = await lateness(unit, ticks);
    const limitBytes = group.heldBytes() + SPARE_BYTES;
    group.limit(limitBytes);
    const before = group.pressed();
    stopReader = startReader(group);
    say(`${ticks} ticks with ${Math.round(limitBytes / MIB)} MiB for all and somebody who reads ...`);
    const busy = await lateness(unit, ticks);
    const pressed = group.pressed() - before;
    const missed = (busy.missed ?? 0) - (idle.missed ?? 0);
    const reference = { name: 'memory to spare', value: idle.p99Ms };
    return [
      {
        figure: `p99 short of memory (${pressed} times at the limit)`,
        ...{ value: busy.p99Ms, unit: 'ms', reference, goal: `<= ${MOST_P99_MS} ms (F19)` },
        met: busy.p99Ms <= MOST_P99_MS && pressed > 0,
      },
      { figure: 'ticks missed short of memory', value: missed, unit: '', goal: '0', met: missed === 0 },
    ];
  } finally {
    await stopReader();
    await unit.stop();
    group.remove();
  }
}

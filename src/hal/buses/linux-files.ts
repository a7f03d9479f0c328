import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { FilesBus } from '../types.ts';

const LIMIT_MS = 1000;
const MAX_CHARS = 4096;
const kernelFiles: FilesBus = {
  read: (file) => readFile(file, 'utf8'),
  write: (file, text) => writeFile(file, text, { flag: 'r+' }),
  list: (file) => readdir(file),
};

/**
 * Files of a kernel driver below one directory, one call at a time. A driver may sit on a read for ever (a hung GPU, a
 * 1-Wire bus): then the caller gets BUS_TIMEOUT after a second, and so does everybody else on this bus at once, without
 * another thread being spent, until the kernel lets go. BUS_ABSENT: no such file; BUS_CLOSED: not permitted.
 */
export function openLinuxFiles(
  dir: string,
  bus: string,
  kernel: FilesBus = kernelFiles,
): FilesBus & { close(): Promise<void> } {
  let tail: Promise<unknown> = Promise.resolve();
  let hung = false;
  let closed = false;

  async function run<T>(path: string, work: () => Promise<T>): Promise<T> {
    const where = `${bus} ${path || dir}`;
    if (closed) throw new HeatmineError('BUS_CLOSED', `${where}: closed`);
    if (hung) throw new HeatmineError('BUS_TIMEOUT', `${where}: the kernel still holds the last read`);
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      hung = true;
      reject(new HeatmineError('BUS_TIMEOUT', `${where}: no answer within ${LIMIT_MS} ms`));
    }, LIMIT_MS);
    const call = work();
    const settled = () => {
      hung = false;
    };
    call.then(settled, settled);
    try {
      return await Promise.race([call, promise]);
    } catch (error) {
      throw coded(error, where);
    } finally {
      clearTimeout(timer);
    }
  }

  function queued<T>(path: string, work: (file: string) => Promise<T>): Promise<T> {
    const result = tail.then(() => run(path, () => work(join(dir, path))));
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    read: (path) => queued(path, async (file) => (await kernel.read(file)).slice(0, MAX_CHARS)),
    write: (path, text) => queued(path, (file) => kernel.write(file, text)),
    list: (path) => queued(path, (file) => kernel.list(file)),
    async close() {
      closed = true;
      await tail;
    },
  };
}

/** https://man7.org/linux/man-pages/man3/errno.3.html */
function coded(error: unknown, where: string): HeatmineError {
  if (error instanceof HeatmineError) return error;
  const number = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const text = `${where}: ${messageOf(error)}`;
  if (['ENOENT', 'ENODEV', 'ENXIO'].includes(number)) return new HeatmineError('BUS_ABSENT', text, { cause: error });
  if (['EACCES', 'EPERM', 'EROFS'].includes(number)) {
    return new HeatmineError('BUS_CLOSED', `${text}; let the service user write it by a udev rule`, { cause: error });
  }
  return new HeatmineError(number === 'EINVAL' ? 'VALUE_RANGE' : 'BUS_NOISE', text, { cause: error });
}

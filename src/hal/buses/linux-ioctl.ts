import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { HeatmineError, messageOf } from '../../core/errors.ts';

/** native/ioctl.c: what Node cannot do with a character device by itself. */
export interface Native {
  /** Result of the call, or -errno. Bytes are changed in place. Blocks: only for calls that do not wait. */
  ioctl(fd: number, request: number, argument: Uint8Array | number): number;
  /** Calls with 0 whenever the descriptor is readable, or once with a negative error. Keeps the process alive. */
  watch(fd: number, onReadable: (status: number) => void): unknown;
  unwatch(handle: unknown): void;
}

let loaded: Native | undefined;

const file = () => fileURLToPath(new URL(`../../../native/build/ioctl-${process.arch}.node`, import.meta.url));

/** Loaded when first needed. Throws BUS_CLOSED with what to install. */
export function native(): Native {
  if (loaded) return loaded;
  const path = file();
  if (!existsSync(path))
    throw new HeatmineError('BUS_CLOSED', 'native/ioctl.c is not built: apt install gcc libc6-dev, then npm ci');
  try {
    loaded = createRequire(import.meta.url)(path) as Native;
    return loaded;
  } catch (error) {
    const text = `${path} does not load: ${messageOf(error)}; remove it and run npm ci`;
    throw new HeatmineError('BUS_CLOSED', text, { cause: error });
  }
}

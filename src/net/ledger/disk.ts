import { constants } from 'node:fs';
import { type FileHandle, link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file under a ledger; every method rejects with the system's error. */
export interface Disk {
  /** All bytes, or undefined where there is no file. */
  read(): Promise<Buffer | undefined>;
  write(bytes: Uint8Array, at: number): Promise<void>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  /** Puts a whole new content in the place of the old one: after a power cut it is one of the two. */
  replace(bytes: Uint8Array, keepAs?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDisk(file: string): Promise<Disk> {
  let handle: FileHandle | undefined;
  const draft = `${file}.new`;
  const opened = async () => {
    handle ??= await open(file, constants.O_RDWR);
    return handle;
  };
  const syncDir = async () => {
    const dir = await open(dirname(file), constants.O_RDONLY);
    try {
      await dir.sync();
    } finally {
      await dir.close();
    }
  };
  await rm(draft, { force: true });
  return {
    async read() {
      try {
        return await readFile(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(bytes, at) {
      const to = await opened();
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await to.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    },
    truncate: async (length) => (await opened()).truncate(length),
    sync: async () => (await opened()).datasync(),
    async replace(bytes, keepAs) {
      const next = await open(draft, 'w+', 0o600);
      try {
        await next.writeFile(bytes);
        await next.sync();
        if (keepAs !== undefined) await link(file, keepAs);
        await rename(draft, file);
      } catch (error) {
        await next.close();
        throw error;
      }
      const old = handle;
      handle = next;
      await old?.close();
      await syncDir();
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

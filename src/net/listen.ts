import { chmodSync, unlinkSync } from 'node:fs';
import { connect, type ListenOptions, type Server } from 'node:net';
import { HeatmineError, messageOf } from '../core/errors.ts';

/**
 * Listens, or throws the HeatmineError a person can act on: PORT_IN_USE with the address, CONFIG_INVALID for an address
 * this machine does not have.
 */
export function listen(server: Server, what: string, at: ListenOptions): Promise<void> {
  const where = at.path ?? `${at.host}:${at.port}`;
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new HeatmineError('PORT_IN_USE', `${what}: ${where} is in use`));
      else if (error.code === 'EACCES') reject(new HeatmineError('PORT_IN_USE', `${what}: ${where} may not be opened`));
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
        reject(new HeatmineError('CONFIG_INVALID', `net.host: ${at.host} is no address of this machine`));
      } else reject(new Error(`${what}: ${where}: ${messageOf(error)}`));
    };
    server.once('error', onError);
    server.listen(at, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** As `listen`, on a socket file only this user may open. A file left behind by a crash is removed, a live one is not. */
export async function listenUnix(server: Server, what: string, path: string): Promise<void> {
  const live = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') unlinkSync(path);
      resolve(false);
    });
  });
  if (live) throw new HeatmineError('PORT_IN_USE', `${what}: another unit answers on ${path}`);
  await listen(server, what, { path });
  chmodSync(path, 0o600);
}

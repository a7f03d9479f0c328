import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { lineSplitter } from './sim/json-lines.ts';

export interface Peer {
  /** One JSON line. A peer that does not read is cut off beyond `unreadBytes`. */
  send(message: unknown): void;
  onClose(listener: () => void): void;
}

export interface LineLimits {
  connections: number;
  lineBytes: number;
  unreadBytes: number;
}

/**
 * Serves lines of text on a unix socket that only its owner may open, or on TCP. `serve` is called once for each peer and
 * returns what takes its lines; a peer that sends a longer line than allowed is cut off.
 */
export async function serveLines(
  place: { path: string } | { host: string; port: number },
  limits: LineLimits,
  serve: (peer: Peer) => (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  if ('path' in place) rmSync(place.path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    const onLine = serve({
      send(message) {
        if (socket.destroyed) return;
        socket.write(`${JSON.stringify(message)}\n`);
        if (socket.writableLength > limits.unreadBytes) socket.destroy();
      },
      onClose: (listener) => void socket.on('close', listener),
    });
    socket.on(
      'data',
      lineSplitter(limits.lineBytes, onLine, () => socket.destroy()),
    );
  });
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The mode is that of the socket file from its first moment on.
    const mask = process.umask(0o077);
    server.listen(place, resolve);
    process.umask(mask);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

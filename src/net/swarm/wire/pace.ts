import type { WebSocket } from 'ws';
import { HELD_FRAME_BYTES, type Holding } from './backlog.ts';
import { CLOSE } from './frames.ts';
import type { WireLimits } from './limits.ts';

/** `send` never blocks: a reader that leaves too much unread for too long is cut. */
export function slowCut(socket: WebSocket, limits: WireLimits, holding: Holding): (frame: string | Buffer) => void {
  let cut: NodeJS.Timeout | undefined;
  const look = () => {
    if (socket.bufferedAmount > limits.unreadBytes) return;
    clearTimeout(cut);
    cut = undefined;
  };
  return (frame) => {
    if (socket.readyState !== socket.OPEN) return;
    const bytes = Buffer.byteLength(frame) + HELD_FRAME_BYTES;
    holding.add(bytes);
    socket.send(frame, () => {
      holding.add(-bytes);
      look();
    });
    if (socket.bufferedAmount > limits.unreadBytes * 16) socket.terminate();
    else if (socket.bufferedAmount > limits.unreadBytes) cut ??= setTimeout(() => socket.terminate(), limits.stalledMs);
  };
}

/** Pings; ends a peer that does not answer, and one that has been of no use for long. */
export function heartbeat(socket: WebSocket, limits: WireLimits, isUsed: () => boolean): () => void {
  let alive = true;
  let usedMs = performance.now();
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (isUsed()) usedMs = nowMs;
    if (!alive) socket.terminate();
    else if (nowMs - usedMs > limits.idleMs) socket.close(CLOSE.idle, 'no use');
    alive = false;
    socket.ping();
  }, limits.pingMs);
  return () => clearInterval(timer);
}

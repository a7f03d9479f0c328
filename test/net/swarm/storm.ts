import { rawTcp } from '../../../src/app/bench/hostile/raw.ts';
import { SUBPROTOCOL } from '../../../src/contract/wire.ts';
import { SWARM_PATH } from '../../../src/net/swarm/wire/frames.ts';

/** From each of these addresses one connection, all connected before all ask to be upgraded; how many were, so far. `endRaws` ends them. */
export async function stormDoor(port: number, addresses: readonly string[]): Promise<() => number> {
  const lines = [`GET ${SWARM_PATH} HTTP/1.1`, 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
  lines.push('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==');
  const upgrade = `${lines.join('\r\n')}\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`;
  const sockets = await Promise.all(addresses.map((address) => rawTcp(port, address)));
  let upgraded = 0;
  for (const socket of sockets) socket.once('data', () => upgraded++).write(upgrade);
  return () => upgraded;
}

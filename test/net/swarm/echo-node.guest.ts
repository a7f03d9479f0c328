/** A node of the swarm in a process of its own, with the echo engine; settings and home by argument, port and key to the parent. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { WebSocket } from 'ws';
import { echoCompute } from '../../../src/app/bench/swarm/echo-compute.ts';
import { tradeOf } from '../../../src/app/bench/swarm/sunny.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { loadIdentity } from '../../../src/net/swarm/identity.ts';
import { openSwarm } from '../../../src/net/swarm/open.ts';
import { BOOK_FILE } from '../../../src/net/swarm/useful/book.ts';

const config = SwarmConfig.parse(JSON.parse(process.argv[2]!));
const home = process.argv[3]!;
const frames = process.argv[4];
const log = pino({ level: 'trace' }, pino.destination({ dest: join(home, 'log'), sync: true }));
const keysDir = join(home, 'keys');
mkdirSync(join(home, 'state'), { recursive: true });
const compute = await echoCompute();
if (frames) {
  // Every message of every websocket of this process, as it is after TLS and masks: what its owner could read.
  const note = (data: unknown) => appendFileSync(frames, `${Buffer.from(data as Buffer).toString('hex')}\n`);
  const { emit, send } = WebSocket.prototype;
  WebSocket.prototype.emit = function (this: WebSocket, event: string | symbol, ...args: unknown[]) {
    if (event === 'message') note(args[0]);
    return emit.call(this, event, ...args);
  };
  WebSocket.prototype.send = function (this: WebSocket, data: unknown, ...more: unknown[]) {
    note(data);
    return (send as (...args: unknown[]) => void).call(this, data, ...more);
  };
}
const trade = await tradeOf(home, JSON.parse(process.argv[5] ?? '{}'));
const node = await openSwarm({
  ...{ config, port: 0, keysDir, trade, log },
  usefulFile: join(home, 'state', BOOK_FILE),
  compute: { ...compute, labelOf: async () => 'faults', weigh: () => Promise.reject(new Error('no copy')) },
  weights: { home, modelsDir: join(home, 'models'), stateDir: join(home, 'state'), lookMs: 1000 },
});
process.on('disconnect', () => process.exit(0));
process.send!({ port: node.port, key: loadIdentity(keysDir).id });

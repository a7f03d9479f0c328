/** A bare websocket server with the same echo engine: one JSON message a question, one a piece of the answer; port and `cpu` by IPC. */
import { WebSocketServer } from 'ws';
import { batched } from '../../../net/swarm/batched.ts';
import { echoCompute } from '../swarm/echo-compute.ts';
import { cpuMs } from '../swarm/host.ts';

const BATCH_MS = 50;
const compute = await echoCompute();
const never = new AbortController().signal;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', async (data) => {
    const ask = { type: 'ask' as const, id: '1', ...JSON.parse(String(data)) };
    for await (const piece of batched(compute.answer(ask, never), BATCH_MS)) socket.send(JSON.stringify(piece));
  });
});
const listening = new Promise((resolve) => server.once('listening', resolve));
process.on('message', async (told) => {
  await listening;
  process.send!(told === 'cpu' ? cpuMs() : (server.address() as { port: number }).port);
});
process.on('disconnect', () => process.exit(0));

import { WebSocket } from 'ws';
import { Reply, SUBPROTOCOL } from '../../src/contract/wire.ts';
import type { HeatmineError } from '../../src/core/errors.ts';
import { testNet } from './stubs.ts';

export type Net = Awaited<ReturnType<typeof testNet>>;
/** A test with a port of its own and the echo of compute behind it. */
export const withNet = (body: (net: Net) => Promise<void>) => async () => {
  const net = await testNet();
  try {
    await body(net);
  } finally {
    await net.end();
  }
};

/** An open connection that gathers its replies and how it was closed. */
export async function dial(net: Net, options = {}) {
  const socket = new WebSocket(`${net.ws}/ask`, SUBPROTOCOL, options);
  const replies: Reply[] = [];
  const state = { socket, replies, code: 0 };
  socket.on('error', () => {});
  socket.on('message', (data) => replies.push(Reply.parse(JSON.parse(String(data)))));
  socket.on('close', (code) => {
    state.code = code;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return state;
}
export const question = (id: string, content: string) =>
  JSON.stringify({ type: 'ask', id, expert: 'auto', messages: [{ role: 'user', content }] });
export const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'answered',
    (error: HeatmineError) => error.code ?? error.message,
  );

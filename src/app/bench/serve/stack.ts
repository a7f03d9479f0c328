import { fork } from 'node:child_process';
import { WebSocket } from 'ws';
import { ASK_PATH, Reply, SUBPROTOCOL } from '../../../contract/wire.ts';
import { processFile } from '../../supervisor.ts';

export interface Asked {
  tokens: number;
  /** From sending the question to the first words, and to the end. */
  firstMs: number;
  totalMs: number;
}

export interface Stack {
  /** Over a websocket that stays open, as a client's does. */
  ask(lane: number, content: string, maxTokens: number): Promise<Asked>;
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

const START_MS = 30_000;

export async function startStack(dir: string, engineFile?: string): Promise<Stack> {
  const main = processFile('./bench/serve/stack/main.ts');
  const child = fork(main, [dir, ...(engineFile ? [engineFile] : [])], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard = <T>() => new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)));
  const late = AbortSignal.timeout(START_MS);
  const { port } = await Promise.race([
    heard<{ port: number }>(),
    new Promise<never>((_, reject) =>
      late.addEventListener('abort', () => reject(new Error('the stack did not start'))),
    ),
  ]);
  const url = `ws://127.0.0.1:${port}${ASK_PATH}`;
  const sockets = new Map<number, WebSocket>();
  return {
    async ask(lane, content, maxTokens) {
      // Net closes whoever says nothing for long; opening it again is not what is measured.
      const open = sockets.get(lane);
      const socket = open?.readyState === WebSocket.OPEN ? open : await opened(url);
      sockets.set(lane, socket);
      return askOver(socket, content, maxTokens);
    },
    async cpuUs() {
      const answer = heard<{ cpuUs: number }>();
      child.send('cpu');
      return (await answer).cpuUs;
    },
    async stop() {
      for (const socket of sockets.values()) socket.terminate();
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await exited;
    },
  };
}

function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

function askOver(socket: WebSocket, content: string, maxTokens: number): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const startedMs = performance.now();
  let firstMs = 0;
  const onMessage = (data: unknown) => {
    const reply = Reply.parse(JSON.parse(String(data)));
    if (reply.type === 'chunk' && firstMs === 0) firstMs = performance.now() - startedMs;
    if (reply.type === 'error') reject(new Error(reply.message));
    if (reply.type !== 'end') return;
    resolve({ tokens: reply.meter.answerTokens, firstMs, totalMs: performance.now() - startedMs });
  };
  socket.on('message', onMessage);
  const onClose = () => reject(new Error('the websocket was closed'));
  socket.once('close', onClose);
  const ask = {
    type: 'ask',
    id: '1',
    expert: 'bench',
    messages: [{ role: 'user', content }],
    maxTokens,
    temperature: 0,
  };
  socket.send(JSON.stringify(ask));
  return promise.finally(() => socket.off('message', onMessage).off('close', onClose));
}

import { fork } from 'node:child_process';
import { WebSocket } from 'ws';
import { ASK_PATH, type Reply, SUBPROTOCOL } from '../../../contract/wire.ts';
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
  /** Milliseconds from an asker that breaks off in mid-answer to the last processor time that its engine takes, read in steps of 10. */
  abortMs(content: string, maxTokens: number): Promise<number>;
  stop(): Promise<void>;
}

const START_MS = 30_000;
/** The kernel tells processor time in these. One alone may have gathered from answers to pings: a step of the model takes more. */
const TICK_US = 10_000;
/** An engine that takes no processor time for so long has stopped. */
const QUIET_MS = 700;

export async function startStack(dir: string, engineFile?: string): Promise<Stack> {
  const main = processFile('./bench/serve/stack/main.ts');
  const child = fork(main, [dir, ...(engineFile ? [engineFile] : [])], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told = async <T>(question: 'cpu' | 'engine') => {
    const answer = heard<T>();
    child.send(question);
    return answer;
  };
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
    cpuUs: async () => (await told<{ cpuUs: number }>('cpu')).cpuUs,
    async abortMs(content, maxTokens) {
      const socket = await opened(url);
      const begun = new Promise<void>((resolve) => {
        socket.on('message', (data) => String(data).includes('"chunk"') && resolve());
      });
      socket.send(askOf(content, maxTokens));
      await begun;
      socket.terminate();
      const leftMs = performance.now();
      let [lastMs, lastUs] = [leftMs, 0];
      while (performance.now() - lastMs < QUIET_MS) {
        const { engineUs } = await told<{ engineUs: number }>('engine');
        if (engineUs > lastUs + TICK_US) [lastMs, lastUs] = [performance.now(), engineUs];
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return lastMs - leftMs;
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

const askOf = (content: string, maxTokens: number) =>
  JSON.stringify({
    type: 'ask',
    id: '1',
    expert: 'bench',
    messages: [{ role: 'user', content }],
    maxTokens,
    temperature: 0,
  });

function askOver(socket: WebSocket, content: string, maxTokens: number): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const startedMs = performance.now();
  let firstMs = 0;
  const onMessage = (data: unknown) => {
    // As a client of another program would: how long the check of ours takes is no time of the unit.
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.type === 'chunk' && firstMs === 0) firstMs = performance.now() - startedMs;
    if (reply.type === 'error') reject(new Error(reply.message));
    if (reply.type !== 'end') return;
    resolve({ tokens: reply.meter.answerTokens, firstMs, totalMs: performance.now() - startedMs });
  };
  socket.on('message', onMessage);
  const onClose = () => reject(new Error('the websocket was closed'));
  socket.once('close', onClose);
  socket.send(askOf(content, maxTokens));
  return promise.finally(() => socket.off('message', onMessage).off('close', onClose));
}

import { WebSocket } from 'ws';
import { ASK_PATH, type Reply, SUBPROTOCOL } from '../../../contract/wire.ts';
import { ASK_LIMITS } from '../../../net/ask/limits.ts';
import { spawnUnit } from '../../spawn-unit.ts';
import type { Figure } from '../table.ts';

const PORT_BASE = 23_140;
const MOST_REFUSAL_MS = 50;
/** More than compute takes, so that there is always somebody to refuse. */
const ASKERS = 120;
const FOR_MS = 10_000;
/** Below the rate at which net refuses messages by itself. */
const PAUSE_MS = 150;
const OPEN_PAUSE_MS = 6;
const COMES_EVERY_MS = 15;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const open = (url: string) => new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });

/** How long it takes to be refused, ms; not at all: undefined. */
function refusalMs(url: string): Promise<number | undefined> {
  const startedMs = performance.now();
  const socket = open(url);
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  socket.once('open', () => resolve(undefined));
  socket.on('error', () => resolve(performance.now() - startedMs));
  return promise.finally(() => socket.terminate());
}

/** Every place taken by somebody who says nothing; then whoever else comes. */
async function doorRefusals(url: string, tries: number): Promise<number[]> {
  const held: WebSocket[] = [];
  try {
    for (let n = 0; n < ASK_LIMITS.connections; n++) {
      held.push(open(url));
      await new Promise((resolve) => held.at(-1)!.once('open', resolve));
      await sleep(OPEN_PAUSE_MS);
    }
    const took: number[] = [];
    for (let n = 0; n < tries; n++) {
      await sleep(OPEN_PAUSE_MS);
      const ms = await refusalMs(url);
      if (ms !== undefined) took.push(ms);
    }
    return took;
  } finally {
    for (const socket of held) socket.terminate();
  }
}

/** Asks until the time is over: how long each `BUSY` took, ms, and how many were answered. */
async function askOn(url: string, name: number, untilMs: number, took: number[]): Promise<number> {
  // One after the other: all in one moment would measure how fast they are read, not how soon one is refused.
  await sleep(name * COMES_EVERY_MS);
  const socket = open(url);
  await new Promise((resolve) => socket.once('open', resolve));
  let answered = 0;
  try {
    while (performance.now() < untilMs) {
      const sentMs = performance.now();
      const content = `why is my flow too low? ${name}`;
      const end = new Promise<Reply>((resolve) => {
        const hear = (data: unknown) => {
          const reply = JSON.parse(String(data)) as Reply;
          if (reply.type !== 'end' && reply.type !== 'error') return;
          socket.off('message', hear);
          resolve(reply);
        };
        socket.on('message', hear);
      });
      socket.send(JSON.stringify({ type: 'ask', id: '1', expert: 'faults', messages: [{ role: 'user', content }] }));
      const reply = await end;
      if (reply.type === 'end') answered++;
      else if ('code' in reply && reply.code === 'BUSY') took.push(performance.now() - sentMs);
      await sleep(PAUSE_MS);
    }
    return answered;
  } finally {
    socket.terminate();
  }
}

function figureOf(what: string, took: number[], tries: number): Figure {
  const sorted = [...took].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(0.99 * sorted.length)] ?? Number.POSITIVE_INFINITY;
  return {
    figure: `${what}: refused within, p99 of ${took.length} (worst ${Math.round(sorted.at(-1) ?? 0)} ms)`,
    value: p99,
    unit: 'ms',
    reference: { name: 'p50', value: sorted[sorted.length >> 1] ?? 0 },
    goal: `<= ${MOST_REFUSAL_MS} ms (F22)`,
    met: p99 <= MOST_REFUSAL_MS && took.length >= tries,
  };
}

/** A whole unit with no place left: how soon who comes next is told so, at the door and by compute. */
export async function refuseBusy(tries: number): Promise<Figure[]> {
  const unit = spawnUnit({ portBase: PORT_BASE });
  const url = `ws://127.0.0.1:${PORT_BASE}${ASK_PATH}`;
  try {
    await unit.until((s) => s.compute !== null && s.control !== null, 60_000);
    await unit.ask('why is my flow too low?');
    const door = await doorRefusals(url, tries);
    const took: number[] = [];
    const untilMs = performance.now() + FOR_MS;
    const answered = await Promise.all(Array.from({ length: ASKERS }, (_, n) => askOn(url, n, untilMs, took)));
    const sum = answered.reduce((a, b) => a + b, 0);
    return [
      figureOf(`connections beyond ${ASK_LIMITS.connections}`, door, tries),
      figureOf(`questions of ${ASKERS} at a time, ${sum} answered meanwhile`, took, tries),
    ];
  } finally {
    await unit.stop();
  }
}

import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { systemClock } from '../../../core/clock.ts';
import { openExperience } from '../../../net/swarm/ask/experience.ts';
import type { Candidate } from '../../../net/swarm/ask/gather.ts';
import { askOne } from '../../../net/swarm/ask/one.ts';
import type { Way } from '../../../net/swarm/ask/way.ts';
import { readDescriptor } from '../../../net/swarm/descriptor.ts';
import { NOT_SERVING } from '../../../net/swarm/dials.ts';
import { freshIdentity } from '../../../net/swarm/identity.ts';
import { newQuestionId } from '../../../net/swarm/pay/purse.ts';
import { sealTo } from '../../../net/swarm/seal/ends.ts';
import { dial } from '../../../net/swarm/wire/dial.ts';
import { say } from '../../command.ts';
import { seal } from '../seal.ts';
import { cpuMs, type Host, SERVE, spawnGuest, spawnHost } from '../swarm/host.ts';
import type { Bench, Figure } from '../table.ts';

const BARE = fileURLToPath(new URL('main.ts', import.meta.url));
const SHORT_WORDS = 30;
const LONG_WORDS = 2000;
const AT_ONCE = 4;

/** One question on a connection of its own; the text that came back. */
type AskBy = (text: string) => Promise<string>;
interface Line {
  name: string;
  ask: AskBy;
}

interface Measured {
  /** Of all processes together, a question. */
  cpuMs: number;
  tokensPerS: number;
  /** From the dialling to the end of the answer. */
  answerMs: number;
  /** Of websocket messages that came to the asker for a question. */
  bytes: number;
  wrong: number;
}

/** Bytes of websocket messages that have come to this process. */
function countBytes(): () => number {
  let bytes = 0;
  const { emit } = WebSocket.prototype;
  WebSocket.prototype.emit = function (this: WebSocket, ...args: unknown[]) {
    if (args[0] === 'message') bytes += (args[1] as Buffer).length;
    return (emit as (...args: unknown[]) => never).apply(this, args);
  } as typeof emit;
  return () => bytes;
}

const words = (count: number, n: number) => Array.from({ length: count }, (_, i) => `q${n}w${i}`).join(' ');

function bareWs(port: number): AskBy {
  return (text) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    let said = '';
    socket.on('error', reject);
    socket.on('open', () =>
      socket.send(JSON.stringify({ expert: 'faults', messages: [{ role: 'user', content: text }] })),
    );
    socket.on('message', (data) => {
      const piece = JSON.parse(String(data));
      if (piece.type === 'chunk') said += piece.text;
      if (piece.type === 'end') resolve(said);
    });
    return promise.finally(() => socket.close());
  };
}

/** An expert that can be dialled and is attached to relay `last` as well, and a relay `entry` apart from both. */
async function startNodes(hosts: readonly [Host, Host, Host]): Promise<Line[]> {
  const [expertAt, lastAt, entryAt] = hosts;
  const urlOf = (host: Host, port: number) => `ws://${host.address}:${port}`;
  const [last] = await lastAt.start([{ seed: 1, config: { host: lastAt.address, relay: true } }]);
  const [entry] = await entryAt.start([{ seed: 2, config: { host: entryAt.address, relay: true } }]);
  const relay = { key: last!.key, url: urlOf(lastAt, last!.port) };
  const config = { host: expertAt.address, serve: { ...SERVE, questionsAtOnce: 256 }, relays: [relay] };
  const [expert] = await expertAt.start([{ seed: 3, config }]);
  const { key } = expert!;
  const candidate = await candidateAt(relay.url);
  const answerBy = (way: Way, isSealed: boolean): AskBy => {
    const sealed = isSealed ? { seal: sealTo(systemClock), privateMayBeNear: false } : undefined;
    const options = { discoveries: [], experience: openExperience(), random: () => 0, sealed };
    return async (text) => {
      let said = '';
      const question = { messages: [{ role: 'user' as const, content: text }], topics: ['heating'] };
      const asked = { ...question, onChunk: (chunk: string) => (said += chunk) };
      await askOne(candidate, [way], options, asked, newQuestionId());
      return said;
    };
  };
  const direct = { url: urlOf(expertAt, expert!.port), key, path: [], reach: 'owner' as const };
  const oneRelay = { ...relay, path: [{ key }], reach: 'owner' as const };
  const twoRelays = {
    url: urlOf(entryAt, entry!.port),
    key: entry!.key,
    path: [relay, { key }],
    reach: 'owner' as const,
  };
  return [
    { name: 'direct', ask: answerBy(direct, false) },
    { name: 'one relay', ask: answerBy(oneRelay, false) },
    { name: 'two relays, in the clear', ask: answerBy(twoRelays, false) },
    { name: 'sealed over two relays', ask: answerBy(twoRelays, true) },
  ];
}

/** The expert that the node at this URL names, once one is attached to it or it serves one itself. */
export async function candidateAt(url: string): Promise<Candidate> {
  for (let left = 600; ; left--) {
    const connection = await dial({ url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
    const found = await connection.ask({ type: 'find', topic: 'heating', limit: 1 });
    connection.close(1000, 'thanks');
    const [text] = found.type === 'found' ? found.descriptors : [];
    const descriptor = text && readDescriptor(Buffer.from(text, 'base64url'), Date.now());
    if (descriptor) return { descriptor, signed: text, fit: 1, reach: 'machine' };
    if (left === 0) throw new Error('no expert shows up there');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Rounds turn about, so that what else the machine does falls on all lines alike; the middle round counts. */
async function measure(lines: readonly Line[], allCpuMs: () => Promise<number>, rounds: number, each: number) {
  const came = countBytes();
  const seen = new Map<string, Measured[]>(lines.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of lines) {
      let wrong = 0;
      const one = async (text: string) => void ((await ask(text)) !== text && wrong++);
      const before = await allCpuMs();
      const [beforeMs, beforeBytes] = [performance.now(), came()];
      for (let n = 0; n < each; n++) await one(words(SHORT_WORDS, n));
      const fromMs = performance.now();
      const [answerMs, bytes] = [(fromMs - beforeMs) / each, (came() - beforeBytes) / each];
      const cpu = (await allCpuMs()) - before;
      const longMs = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => one(words(LONG_WORDS, n))));
      const tokensPerS = (AT_ONCE * LONG_WORDS * 1000) / (performance.now() - longMs);
      seen.get(name)!.push({ cpuMs: cpu / each, tokensPerS, answerMs, bytes, wrong });
    }
    say(`  round ${round + 1} of ${rounds}`);
  }
  const middle = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
  return lines.map(({ name }) => {
    const all = seen.get(name)!;
    const of = (key: keyof Measured) => middle(all.map((m) => m[key]));
    return {
      ...{ name, cpuMs: of('cpuMs'), tokensPerS: of('tokensPerS'), answerMs: of('answerMs'), bytes: of('bytes') },
      wrong: all.reduce((sum, m) => sum + m.wrong, 0),
    };
  });
}

function figuresOf([bare, ...ours]: ({ name: string } & Measured)[]): Figure[] {
  const shown = (name: string, value: number, unit: string, reference: number): Figure => {
    return { figure: name, value, unit, reference: { name: bare!.name, value: reference }, goal: '', met: true };
  };
  const wrong = [bare!, ...ours].reduce((sum, m) => sum + m.wrong, 0);
  return [
    ...ours.map((m) => shown(`processor time a question, ${m.name}`, m.cpuMs, 'ms', bare!.cpuMs)),
    ...ours.map((m) => shown(`a question and its answer, ${m.name}`, m.answerMs, 'ms', bare!.answerMs)),
    ...ours.map((m) => shown(`bytes to the asker for an answer, ${m.name}`, m.bytes, 'B', bare!.bytes)),
    ...ours.map((m) => shown(`tokens/s, ${AT_ONCE} answers at once, ${m.name}`, m.tokensPerS, '', bare!.tokensPerS)),
    { figure: 'answers that say something else', value: wrong, unit: '', goal: '0', met: wrong === 0 },
  ];
}

export const wire: Bench = {
  name: 'wire',
  about: `what the protocol costs: ${SHORT_WORDS} words asked and echoed, all processes together, each question on a connection of its own`,
  async run({ quick, seed }) {
    const hosts = [1, 2, 3].map((i) => spawnHost(`127.0.${i}.1`, 0)) as [Host, Host, Host];
    const bare = spawnGuest(BARE, []);
    const allCpuMs = async () =>
      (await Promise.all([...hosts.map((host) => host.cpuMs()), bare.tell<number>('cpu')])).reduce(
        (a, b) => a + b,
        cpuMs(),
      );
    try {
      const port = await bare.tell<number>('port');
      const lines = [{ name: 'bare ws', ask: bareWs(port) }, ...(await startNodes(hosts))];
      for (const { ask } of lines) for (let n = 0; n < 50; n++) await ask(words(SHORT_WORDS, n));
      const [rounds, each] = quick ? [3, 60] : [7, 300];
      return [...figuresOf(await measure(lines, allCpuMs, rounds, each)), ...(await seal.run({ quick, seed }))];
    } finally {
      await Promise.all([...hosts, bare].map((guest) => guest.kill()));
    }
  },
};

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { askSwarm } from '../../../src/net/swarm/ask/asker.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import type { AskerOptions, SwarmQuestion } from '../../../src/net/swarm/ask/question.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { openDiscoveries } from '../../../src/net/swarm/open.ts';
import { log, scratch, sleep } from '../helpers.ts';

export interface EchoNode {
  port: number;
  pid: number;
  key: string;
  url: string;
  home: string;
  /** Messages of its websockets, both ways, where they are recorded. */
  frames(): Buffer[];
  kill(): Promise<void>;
}

const GUEST = fileURLToPath(new URL('echo-node.guest.ts', import.meta.url));
const UNIT_GUEST = fileURLToPath(new URL('weights/unit.guest.ts', import.meta.url));
export const SERVE = { accept: ['power', 'liability', 'tax'], experts: ['faults'] };

interface Place {
  host?: string | undefined;
  /** A program with its arguments that runs another one, in another network. */
  within?: string[] | undefined;
}
interface More extends Pick<Place, 'within'> {
  /** What it trades by. */
  unit?: object;
  /** One that was there before, with its keys and its ledger. */
  again?: EchoNode;
}

/** Real node processes with echo engines, and an asker in this one. */
export function testSwarm() {
  const children: ChildProcess[] = [];
  const close: (() => Promise<void>)[] = [];
  const start = async (
    guest: string,
    args: string[],
    { host = '127.0.0.1', within = [] }: Place = {},
  ): Promise<Omit<EchoNode, 'home' | 'frames'>> => {
    const child = fork(guest, args, {
      ...(within[0] && { execPath: within[0] }),
      execArgv: [...within.slice(1), ...(within[0] ? [process.execPath] : []), '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    const { port, key } = await new Promise<{ port: number; key: string }>((resolve, reject) => {
      child.once('message', (told) => resolve(told as { port: number; key: string }));
      child.once('exit', (code) => reject(new Error(`node process ended with ${code}`)));
    });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = () => {
      child.kill('SIGKILL');
      return gone;
    };
    return { port, pid: child.pid!, key, url: `ws://${host}:${port}`, kill };
  };
  return {
    async node(config: { host?: string; [key: string]: unknown }, record = false, more: More = {}): Promise<EchoNode> {
      const [fresh, beside] = [scratch(), scratch()];
      close.push(async () => [fresh, beside].forEach(({ remove }) => void remove()));
      const file = join(beside.dir, 'frames');
      const settings = JSON.stringify({ join: true, ...config });
      const home = more.again?.home ?? fresh.dir;
      const args = [settings, home, record ? file : '', JSON.stringify(more.unit ?? {})];
      const node = await start(GUEST, args, { host: config.host, within: more.within });
      const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
      return { ...node, home, frames: () => lines().map((line) => Buffer.from(line, 'hex')) };
    },
    /** A node with the real engine, in a home of the caller's. */
    unit: (config: object, home: string) => start(UNIT_GUEST, [JSON.stringify({ join: true, ...config }), home]),
    async asker(config: object, over: Partial<AskerOptions> = {}) {
      const parsed = SwarmConfig.parse({ join: true, ...config });
      const discoveries = await openDiscoveries({ config: parsed, port: 0, identity: freshIdentity(), log });
      close.push(async () => void (await Promise.all(discoveries.map((d) => d.close()))));
      const options: AskerOptions = { discoveries, experience: openExperience(), random: seededRandom(7), ...over };
      return {
        discoveries,
        async ask(text: string, more: Partial<SwarmQuestion> = {}) {
          let said = '';
          const end = await askSwarm(options, {
            messages: [{ role: 'user', content: text }],
            topics: ['heating', 'general'],
            onChunk: (chunk) => (said += chunk),
            onRestart: () => (said = ''),
            ...more,
          });
          return { ...end, said };
        },
      };
    },
    async end() {
      for (const child of children) {
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        if (child.kill('SIGKILL')) await gone;
      }
      for (const closing of close) await closing();
    },
  };
}

/** Until `attempt` succeeds: an announcement takes a moment to reach all. */
export async function eventually<T>(attempt: () => Promise<T>, limitMs = 40_000): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(100);
    }
  }
}

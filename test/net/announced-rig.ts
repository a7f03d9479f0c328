import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlState } from '../../src/contract/messages.ts';
import { Config } from '../../src/core/config.ts';
import type { Link } from '../../src/core/link.ts';
import { openAnnouncer } from '../../src/net/hass/announce.ts';
import { freePort, log, scratch, sleep, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

interface Heard {
  retained: boolean;
  topic: string;
  text: string;
}

/** The broker, and all that it tells from now on. */
async function house(dir: string) {
  const port = await freePort();
  const conf = join(dir, 'mosquitto.conf');
  writeFileSync(conf, `user root\nlistener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const broker = spawn('mosquitto', ['-c', conf], { stdio: ['ignore', 'ignore', 'pipe'] });
  const children: ChildProcess[] = [broker];
  let said = '';
  broker.stderr.on('data', (d) => (said += d));
  await until('mosquitto', () => /running/.test(said), 10_000);
  const listen = async (...args: string[]) => {
    const heard: Heard[] = [];
    const all = ['-p', String(port), '-t', '#', '-F', '%r %t %p', ...args];
    const sub = spawn('mosquitto_sub', all, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(sub);
    let rest = '';
    sub.stdout.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const [, r, topic, text] = /^(\d) (\S+) ?(.*)$/.exec(line)!;
        heard.push({ retained: r === '1', topic: topic!, text: text! });
      }
    });
    await sleep(300);
    return { heard, sub };
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    listen,
    /** Topics that a newcomer is told of. */
    async kept() {
      const { heard, sub } = await listen();
      sub.kill();
      return heard.filter(({ retained }) => retained).map(({ topic }) => topic);
    },
    end() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

interface Run {
  unit?: string;
  prefix?: string;
  zones: Record<string, { temperatureC: number; humidityPct?: number }>;
  house?: object;
  passMs?: number;
  commands?: boolean;
}

export const NOBODY: Pick<Link, 'on' | 'publish' | 'clear'> = { on() {}, publish() {}, clear() {} };

/** One start of the unit on that broker, that lasts as long as its clock says. */
export function start(
  dir: string,
  url: string,
  { unit = 'cellar', prefix = 'ha', zones, house = {}, commands = true }: Run,
) {
  const houseBroker = { url, commands };
  const config = Config.parse({ unit, net: { discoveryPrefix: prefix, houseBroker }, house });
  let nowMs = 0;
  const link = NOBODY as Link;
  const broker = join(dir, 'nobody.sock');
  const where = { home: dir, stateDir: dir, broker, password: '' };
  const options = { config, ...where, link, log, tell() {}, monoMs: () => nowMs, listenMs: 1500 };
  const announcer = openAnnouncer(options);
  const told = Object.entries(zones).map(([zone, z]) => [zone, { ...z, ageMs: 0, counts: true }]);
  const state: ControlState = { ...SAMPLES.controlState, zones: Object.fromEntries(told) };
  const see = (ms: number) => {
    nowMs = ms;
    announcer.seen(state);
  };
  see(0);
  return { see, end: () => announcer.close() };
}

export const config = (device: string, prefix = 'ha') => `${prefix}/device/heatmine_${device}/config`;
export const LIVING = { temperatureC: 21, humidityPct: 40 };

export async function withHouse(body: (at: Awaited<ReturnType<typeof house>> & { dir: string }) => Promise<void>) {
  const { dir, remove } = scratch();
  const at = await house(dir);
  try {
    await body({ ...at, dir });
  } finally {
    at.end();
    remove();
  }
}

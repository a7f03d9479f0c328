import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spawnUnit } from '../../spawn-unit.ts';
import type { Bench, Figure } from '../table.ts';
import { type Seen, setOnPage, type Watch, watchUnit } from './watch.ts';

const PORT_BASE = 23_180;
const GOAL_MS = 1000;
const ENTRY = fileURLToPath(new URL('../../../../scripts/heatmine.mjs', import.meta.url));
const run = promisify(execFile);

/** Message and answer over the same broker with no control between them. */
async function bareMs({ home }: Watch, n: number): Promise<number> {
  let worstMs = 0;
  for (let i = 0; i < n; i++) {
    const fromMs = performance.now();
    await home.publishAsync('heatmine/heatmine/zone', '{"zone":"bench","temperatureC":20}', { qos: 1 });
    worstMs = Math.max(worstMs, performance.now() - fromMs);
  }
  return worstMs;
}

/** When the last of both knew of it, from the quickest move to the slowest. */
const sorted = (seen: readonly Seen[]) =>
  seen.map(({ mqttMs, pageMs }) => Math.max(mqttMs, pageMs)).sort((a, b) => a - b);

export const echo: Bench = {
  name: 'echo',
  about: 'a set-point moved as Home Assistant does, on the page and on the command line, until all show one value',
  async run({ quick }) {
    const n = quick ? 5 : 30;
    const unit = spawnUnit({ portBase: PORT_BASE });
    try {
      await unit.until(({ control, compute }) => control !== null && compute !== null, 120_000);
      const watch = await watchUnit(unit);
      const reference = { name: 'broker alone', value: await bareMs(watch, n) };
      const ways: Record<string, (valueC: number) => unknown> = {
        'as Home Assistant sends it': (valueC) => watch.thermostat(valueC),
        'on the page': (valueC) => setOnPage(unit.url, 'roomSetC', valueC),
        'on the command line, with its start': (valueC) =>
          run(process.execPath, [ENTRY, 'set', 'roomSetC', String(valueC), '--home', unit.home]),
      };
      const figures: Figure[] = [];
      for (const [way, set] of Object.entries(ways)) {
        const seen: Seen[] = [];
        for (let i = 0; i < n; i++) {
          const valueC = i % 2 ? 21.5 : 22.5;
          seen.push(await watch.timed('roomSetC', valueC, () => set(valueC)));
        }
        const times = sorted(seen);
        const figure = (what: string, value: number): Figure => ({
          ...{ figure: `set ${way}: ${what} of ${n}`, value, unit: 'ms', reference },
          ...{ goal: `<= ${GOAL_MS} ms on MQTT and page`, met: value <= GOAL_MS },
        });
        figures.push(figure('median', times[Math.floor(n / 2)]!), figure('worst', times.at(-1)!));
      }
      await watch.close();
      return figures;
    } finally {
      await unit.stop();
    }
  },
};

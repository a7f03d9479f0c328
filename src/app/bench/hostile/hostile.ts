import { TURN_MS } from '../../../net/swarm/weights/seats.ts';
import { say } from '../../command.ts';
import { type SpawnedUnit, spawnUnit } from '../../spawn-unit.ts';
import { lateness } from '../loop/loop.ts';
import { partsOf } from '../parts.ts';
import { residentBytes, SERVE, spawnHost } from '../swarm/host.ts';
import type { Bench, Figure } from '../table.ts';
import type { Tally } from './attacks.ts';
import { refuseBusy } from './busy.ts';
import { attackDoor } from './door.ts';
import { MOST_ANSWER_MS, openAsker, startAttackers } from './parties.ts';
import { homeWithWeights, untilOffers } from './weights.ts';

const PORT_BASE = 23_100;
const MIB = 2 ** 20;
const MOST_GROWN_BYTES = 64 * MIB;
const MOST_LATER_MS = 1;

interface Size {
  idle: number;
  questions: number;
  ticks: number;
}
const FULL: Size = { idle: 2000, questions: 400, ticks: 600 };
const QUICK: Size = { idle: 300, questions: 100, ticks: 200 };

/** Where memory grew: `heapTotal` is what the collector holds, live or not, `external` what buffers take beside it. */
const movedOf = (before: NodeJS.MemoryUsage, after: NodeJS.MemoryUsage): string =>
  (['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'] as const)
    .map((name) => `${name} ${Math.round((after[name] - before[name]) / MIB)} MiB`)
    .join(', ');

async function attackNode({ idle, questions }: Size): Promise<Figure[]> {
  const given = await homeWithWeights();
  const host = spawnHost('127.0.0.1', 0, true);
  const attackers = startAttackers();
  let watch: NodeJS.Timeout | undefined;
  try {
    const config = { host: host.address, serve: SERVE, lan: false, weights: { seed: true } };
    const [node] = await host.start([{ seed: 1, config, weights: given.home }]);
    const ask = await openAsker(`ws://${host.address}:${node!.port}`);
    // What the first questions compile and load is no growth by attack.
    await ask(questions);
    const quiet = await ask(questions);
    const before = residentBytes(host.pid);
    const placesBefore = await host.memory();
    let peak = before;
    watch = setInterval(() => (peak = Math.max(peak, residentBytes(host.pid))), 200);
    say(`  quiet: ${Math.round(quiet.p95Ms)} ms p95`);
    await attackers.tell({ port: node!.port, idle, weights: given.id });
    const filled = residentBytes(host.pid);
    await attackers.tell('storm');
    const url = `ws://${host.address}:${node!.port}`;
    const [busy, seatMs] = await Promise.all([ask(questions), untilOffers(url, node!.key)]);
    const after = residentBytes(host.pid);
    const places = await host.memory();
    const { refused, slowed, wrong } = await attackers.tell<Tally>('stop');
    say(`  ${refused} attacks refused by their code, ${slowed} floods read no faster than their limit`);
    for (const text of new Set(wrong)) say(`  not refused as it should be: ${text}`);
    say(`  ${Math.round((filled - before) / MIB)} MiB by the ${idle} idle ones`);
    say(`  the storm: ${movedOf(placesBefore, places)}`);
    const grown = after - before;
    return [
      {
        figure: `memory by ${idle} idle ones and the storm (peak ${Math.round((peak - before) / MIB)} MiB)`,
        value: grown / MIB,
        unit: 'MiB',
        reference: { name: 'quiet, in all', value: before / MIB },
        goal: `<= ${MOST_GROWN_BYTES / MIB} MiB`,
        met: grown <= MOST_GROWN_BYTES,
      },
      {
        figure: `attacks neither refused by their code nor slowed to the limits, of ${refused + slowed + wrong.length}`,
        value: wrong.length,
        unit: '',
        goal: '0',
        met: wrong.length === 0 && refused > 0,
      },
      {
        figure: 'honest answer p95, connection and hello included',
        value: busy.p95Ms,
        unit: 'ms',
        reference: { name: 'quiet node', value: quiet.p95Ms },
        goal: `<= ${MOST_ANSWER_MS} ms`,
        met: busy.p95Ms <= MOST_ANSWER_MS,
      },
      {
        figure: 'honest node has a seat for weights and its first answer, all 16 being wanted by others',
        ...{ value: seatMs, unit: 'ms', reference: { name: "others' turn", value: TURN_MS } },
        goal: 'within a turn and 5 s',
        met: seatMs <= TURN_MS + 5000,
      },
      {
        figure: `honest questions lost of ${questions}`,
        value: busy.lost,
        unit: '',
        reference: { name: 'quiet node', value: quiet.lost },
        goal: '0',
        met: busy.lost === 0,
      },
    ];
  } finally {
    clearInterval(watch);
    await Promise.all([host.kill(), attackers.kill()]);
    given.remove();
  }
}

/** A whole unit, of which the swarm port is attacked. */
async function attackUnit({ idle, ticks }: Size): Promise<Figure[]> {
  const config = JSON.stringify({ swarm: { join: true, lan: false, relay: true } });
  const unit: SpawnedUnit = spawnUnit({ portBase: PORT_BASE, config });
  const attackers = startAttackers();
  try {
    await unit.until((s) => s.compute !== null && s.control !== null, 60_000);
    const quiet = await lateness(unit, ticks);
    await attackers.tell({ port: PORT_BASE + 3, idle });
    await attackers.tell('storm');
    const busy = await lateness(unit, ticks);
    const { refused } = await attackers.tell<Tally>('stop');
    const laterMs = busy.p99Ms - quiet.p99Ms;
    return [
      {
        figure: `control ticks late, p99 (${busy.ticks} ticks, ${refused} attacks refused)`,
        value: busy.p99Ms,
        unit: 'ms',
        reference: { name: 'quiet', value: quiet.p99Ms },
        goal: `<= ${MOST_LATER_MS} ms more`,
        met: laterMs <= MOST_LATER_MS && refused > 0,
      },
      {
        figure: 'control ticks missed meanwhile (F22)',
        value: (busy.missed ?? 0) - (quiet.missed ?? 0),
        unit: 'ticks',
        reference: { name: 'from the start until then', value: quiet.missed ?? 0 },
        goal: '0',
        met: busy.missed === quiet.missed,
      },
    ];
  } finally {
    await attackers.kill();
    await unit.stop();
  }
}

const ATTACK = {
  node: attackNode,
  door: ({ questions }: Size) => attackDoor(questions),
  unit: attackUnit,
  busy: ({ questions }: Size) => refuseBusy(questions / 2),
};
const PARTS = ['node', 'door', 'unit', 'busy'] as const;

export const hostile: Bench = {
  name: 'hostile',
  about:
    'a real node, then a whole unit, under idle and half-open connections, storms, forged hellos, floods of true ones and questions for chunks that are never taken, all at once; how soon a full unit says so. Parts: node, door, unit, busy',
  async run({ quick, parts = [] }) {
    const size = quick ? QUICK : FULL;
    const figures: Figure[] = [];
    for (const part of partsOf('hostile', PARTS, parts)) figures.push(...(await ATTACK[part](size)));
    return figures;
  },
};

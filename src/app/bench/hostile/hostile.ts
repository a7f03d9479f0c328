import { fileURLToPath } from 'node:url';
import { openExperience } from '../../../net/swarm/ask/experience.ts';
import { askOne } from '../../../net/swarm/ask/one.ts';
import { newQuestionId } from '../../../net/swarm/pay/purse.ts';
import { TURN_MS } from '../../../net/swarm/weights/seats.ts';
import { WIRE_LIMITS } from '../../../net/swarm/wire/limits.ts';
import { say } from '../../command.ts';
import { type SpawnedUnit, spawnUnit } from '../../spawn-unit.ts';
import { lateness } from '../loop/loop.ts';
import { residentBytes, SERVE, spawnGuest, spawnHost } from '../swarm/host.ts';
import type { Bench, Figure } from '../table.ts';
import { candidateAt } from '../wire/wire.ts';
import type { Tally } from './attacks.ts';
import type { Hellos } from './hellos.ts';
import type { Order } from './main.ts';
import { homeWithWeights, untilOffers } from './weights.ts';

const ATTACKERS = fileURLToPath(new URL('main.ts', import.meta.url));
const WORDS = 30;
const PORT_BASE = 23_100;
const MIB = 2 ** 20;
const MOST_GROWN_BYTES = 64 * MIB;
const MOST_ANSWER_MS = 100;
const MOST_LATER_MS = 1;
/** Between two honest questions: an asker, not one more flood. */
const PAUSE_MS = 50;
/** Several times what the door lets in within the time of a hello. */
const HELLOS_AT_ONCE = 256;

interface Size {
  idle: number;
  questions: number;
  ticks: number;
}
const FULL: Size = { idle: 2000, questions: 400, ticks: 600 };
const QUICK: Size = { idle: 300, questions: 100, ticks: 200 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

function startAttackers() {
  const { tell, kill } = spawnGuest(ATTACKERS, []);
  return { tell: <T>(order: Order) => tell<T>(order), kill };
}

/** As a stranger asks for the first time: a connection, a hello, a free question, its answer. */
async function openAsker(url: string) {
  const candidate = await candidateAt(url);
  const way = { url, key: candidate.descriptor.key, path: [], reach: 'owner' as const };
  const options = { discoveries: [], experience: openExperience(), random: () => 0 };
  const once = async (text: string): Promise<number | undefined> => {
    let said = '';
    const messages = [{ role: 'user' as const, content: text }];
    const question = { messages, topics: ['heating'], onChunk: (chunk: string) => (said += chunk) };
    const fromMs = performance.now();
    const answered = await askOne(candidate, [way], options, question, newQuestionId()).then(
      () => said === text,
      () => false,
    );
    return answered ? performance.now() - fromMs : undefined;
  };
  return async (count: number) => {
    const tookMs: number[] = [];
    for (let n = 0; n < count; n++) {
      const text = Array.from({ length: WORDS }, (_, i) => `q${n}w${i}`).join(' ');
      tookMs.push((await once(text)) ?? Number.POSITIVE_INFINITY);
      await pause(PAUSE_MS);
    }
    return { p95Ms: p95(tookMs), lost: tookMs.filter((ms) => !Number.isFinite(ms)).length };
  };
}

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

/** A node at whose door keys are proven from thousands of prefixes, each of which makes it sign and verify. */
async function attackDoor({ questions }: Size): Promise<Figure[]> {
  const host = spawnHost('127.0.0.1', 0);
  const attackers = startAttackers();
  try {
    const [node] = await host.start([{ seed: 1, config: { host: host.address, serve: SERVE, lan: false } }]);
    const ask = await openAsker(`ws://${host.address}:${node!.port}`);
    await ask(questions);
    const quiet = await ask(questions);
    await attackers.tell({ port: node!.port, hellos: HELLOS_AT_ONCE });
    const busy = await ask(questions);
    const { proven, seconds } = await attackers.tell<Hellos>('stop');
    const { perS, burst } = WIRE_LIMITS.hellos;
    return [
      {
        figure: `hellos of others let in, of ${HELLOS_AT_ONCE} at once from a prefix each, for ${Math.round(seconds)} s`,
        value: proven / seconds,
        unit: '/s',
        reference: { name: 'limit, its burst spread over that time', value: perS + burst / seconds },
        goal: 'more than 0, the limit at most',
        met: proven > 0 && proven <= perS * seconds + burst,
      },
      {
        figure: `honest answer p95 beside them, connection and hello included (${busy.lost} of ${questions} lost)`,
        value: busy.p95Ms,
        unit: 'ms',
        reference: { name: 'quiet node', value: quiet.p95Ms },
        goal: `<= ${MOST_ANSWER_MS} ms, none lost`,
        met: busy.p95Ms <= MOST_ANSWER_MS && busy.lost === 0,
      },
    ];
  } finally {
    await Promise.all([host.kill(), attackers.kill()]);
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

export const hostile: Bench = {
  name: 'hostile',
  about:
    'a real node, then a whole unit, under idle and half-open connections, storms, forged hellos, floods of true ones and questions for chunks that are never taken, all at once',
  async run({ quick }) {
    const size = quick ? QUICK : FULL;
    return [...(await attackNode(size)), ...(await attackDoor(size)), ...(await attackUnit(size))];
  },
};

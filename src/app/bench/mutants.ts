import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { seededRandom, shuffled } from '../../core/random.ts';
import { say } from '../command.ts';
import type { OnProgress } from '../progress-teller.ts';
import { FOLDERS } from './mutants/folders.ts';
import { type Memory, openMemory } from './mutants/memory.ts';
import type { Case } from './mutants/messages.ts';
import { openOrder } from './mutants/order.ts';
import { type Mutant, mutantsOf } from './mutants/sites.ts';
import { openTrier, type Trier } from './mutants/trier.ts';
import type { Bench, Figure } from './table.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CONTROL = join(ROOT, 'src/control');
const CACHE = join(ROOT, 'node_modules/.cache/heatmine');
/** Beside all of test/control: a co-simulated house and a slice of the campaign. */
const ALSO = ['app/cosim', 'app/campaign'];
/** Each mutant first meets cases of so much processor time together; what lives then meets more. */
const ROUNDS_MS = [1500, 6000] as const;
/** At last what has lived, for as many as there is time: more of them, then all, slices of houses and campaign among them. */
const LAST_MS = [25_000, Number.POSITIVE_INFINITY] as const;
/** So many are judged before the next are begun: a run that ends sooner has judged a sample. */
const BATCH = 50;
const QUICK = 40;
const GOAL = 0.9;

/** Every case of these test files: how long it takes and which places it runs. What is known from before is not run again. */
async function measured(files: readonly string[], memory: Memory, trier: Trier, onProgress?: OnProgress) {
  mkdirSync(CACHE, { recursive: true });
  const all: Case[] = [];
  for (const [i, file] of files.entries()) {
    onProgress?.(i, files.length);
    const known = join(CACHE, `cases-${memory.keyOf(file)}.json`);
    const cases = existsSync(known)
      ? (JSON.parse(readFileSync(known, 'utf8')) as Case[])
      : await trier.measure(file, !ALSO.includes(file));
    if (!existsSync(known)) writeFileSync(known, JSON.stringify(cases));
    all.push(...cases);
  }
  return all;
}

const allMutants = (): Mutant[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(CONTROL, folder))
      .sort()
      .flatMap((name) => mutantsOf(`${folder}/${name}`, readFileSync(join(CONTROL, folder, name), 'utf8'))),
  );

const testFiles = (): string[] => [
  ...readdirSync(join(ROOT, 'test/control'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `control/${name.slice(0, -'.test.ts'.length)}`),
  ...ALSO,
];

const folderOf = (m: Mutant) => m.file.split('/')[0]!;
const nameOf = (m: Mutant) => `${m.file}:${m.line} ${m.was} -> ${m.text}`;
const caseName = (c: Case) => `${c.file} "${c.name}"`;

/** The first of those, in this order, whose processor time together stays within `withinMs`; at least one. */
function within(cases: readonly Case[], withinMs: number): Case[] {
  let sumMs = 0;
  const end = cases.findIndex(({ ms }, i) => {
    sumMs += ms;
    return sumMs > withinMs && i > 0;
  });
  return end < 0 ? [...cases] : cases.slice(0, end);
}

interface Hunt {
  memory: Memory;
  cases: readonly Case[];
  /** Monotonic, ms. */
  untilMs: number;
  onProgress?: OnProgress | undefined;
}

/** Looks for what kills a mutant among cases of so much processor time together. */
type Killer = (mutant: Mutant, withinMs: number, trier: Trier) => Promise<Case | undefined>;

function openKiller({ memory, cases }: Hunt): Killer {
  const order = openOrder(cases);
  /** A case that fails by itself when it runs without those before it proves nothing. */
  const alone = new Map<Case, boolean>();
  async function standsAlone(tried: Case, trier: Trier): Promise<boolean> {
    if (!alone.has(tried)) await trier.attempt(null, [tried], (c, passed) => alone.set(c, passed));
    return alone.get(tried)!;
  }

  async function killerOf(mutant: Mutant, withinMs: number, trier: Trier): Promise<Case | undefined> {
    const able = order.of(mutant).filter((c) => alone.get(c) !== false);
    const known = able.find((c) => memory.passed(mutant, c) === false);
    if (known) return known;
    const left = within(able, withinMs).filter((c) => memory.passed(mutant, c) === undefined);
    let killer: Case | undefined;
    await trier.attempt(mutant, left, (tried, passed) => {
      order.learn(tried, mutant.file, passed);
      if (passed) memory.keep(mutant, tried, true);
      else killer = tried;
    });
    if (!killer) return undefined;
    if (!(await standsAlone(killer, trier))) return killerOf(mutant, withinMs, trier);
    memory.keep(mutant, killer, false);
    return killer;
  }

  return killerOf;
}

/** Mutants through rounds of more and more cases, one on each processor; resolves with those that were judged, and those of them that live. */
async function hunt(chosen: readonly Mutant[], quick: boolean, given: Hunt) {
  const killerOf = openKiller(given);
  const late = () => performance.now() >= given.untilMs;
  const triers = Array.from({ length: availableParallelism() }, openTrier);

  /** Those that live, of these; undefined where time was up before all had their turn. */
  async function round(left: readonly Mutant[], withinMs: number): Promise<Mutant[] | undefined> {
    const lives = new Set(left);
    const queue = left.values();
    const one = async (trier: Trier) => {
      for (const mutant of queue) {
        if (late()) return;
        const by = await killerOf(mutant, withinMs, trier);
        if (by) lives.delete(mutant);
        say(`${nameOf(mutant)}: ${by ? `killed by ${caseName(by)}` : `lives ${withinMs / 1000} s of cases`}`);
      }
    };
    await Promise.all(triers.map(one));
    return late() ? undefined : left.filter((m) => lives.has(m));
  }

  const judged: Mutant[] = [];
  const alive: Mutant[] = [];
  for (let at = 0; at < chosen.length; at += BATCH) {
    const batch = chosen.slice(at, at + BATCH);
    let left: Mutant[] | undefined = batch;
    for (const withinMs of ROUNDS_MS) left = left && (await round(left, withinMs));
    if (!left) break;
    judged.push(...batch);
    alive.push(...left);
    given.onProgress?.(judged.length, chosen.length);
    say(`${judged.length} of ${chosen.length} judged, ${alive.length} live`);
  }
  for (const withinMs of quick ? [] : LAST_MS) {
    for (const mutant of [...alive]) {
      const still = await round([mutant], withinMs);
      if (still?.length === 0) alive.splice(alive.indexOf(mutant), 1);
    }
  }
  for (const trier of triers) trier.close();
  return { judged, alive };
}

export const mutants: Bench = {
  name: 'mutants',
  about:
    'flips comparisons and limits of interlock and decide one by one: do tests and campaign notice? Goes on where it was stopped; --minutes ends it sooner, with what was met by then, in an order drawn by --seed',
  canEndSooner: true,
  async run({ quick, seed, minutes, onProgress }) {
    const untilMs = performance.now() + (minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000);
    const memory = openMemory(ROOT, join(CACHE, 'mutants'));
    const trier = openTrier();
    const cases = await measured(testFiles(), memory, trier, onProgress).finally(trier.close);
    const all = allMutants();
    const drawn = shuffled(all, seededRandom(seed));
    const chosen = quick ? drawn.slice(0, QUICK) : drawn;
    const { judged, alive } = await hunt(chosen, quick, { memory, cases, untilMs, onProgress });
    for (const mutant of alive.sort((a, b) => nameOf(a).localeCompare(nameOf(b)))) say(`SURVIVED ${nameOf(mutant)}`);
    return FOLDERS.map((folder): Figure => {
      const is = (m: Mutant) => folderOf(m) === folder;
      const [exist, total] = [all.filter(is).length, judged.filter(is).length];
      const killed = total - alive.filter(is).length;
      return {
        figure: `${folder}: ${killed} of ${total} mutants killed (${exist} exist${total < exist ? `, the rest not tried: sample of seed ${seed}` : ''})`,
        value: total === 0 ? 0 : (100 * killed) / total,
        unit: '%',
        goal: `>= ${100 * GOAL} %`,
        met: total > 0 && killed / total >= GOAL,
      };
    });
  },
};

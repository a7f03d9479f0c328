import { seededRandom, shuffled } from '../../../core/random.ts';
import { say } from '../../command.ts';
import type { Bench, Figure } from '../table.ts';
import { type Asked, type Asker, countSent, openAsker, type Sent } from './askers.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { residentBytes } from './host.ts';

const PROCESSES = 10;
const KILLED = 3;
const ASKERS = 6;
const WORDS = 20;
/** Beside the questions, every so many, one look-up is timed to its first candidate. */
const LOOK_UP_EVERY = 3;
/** Look-ups of which the messages are counted, a stretch. */
const COUNTED = 12;
const MOST_RETRIES = 2;
const MOST_BYTES = 16e9;
const READY_MS = 300_000;

interface Size {
  each: number;
  questions: number;
}
const FULL: Size = { each: 20, questions: 600 };
const QUICK: Size = { each: 4, questions: 120 };

/** The stretches of a run: nothing has happened yet, the bootstrap is dead, so are three processes. */
const PHASES = ['all there', 'bootstrap killed', `${KILLED} of ${PROCESSES} killed`] as const;

interface Phase {
  asked: Asked[];
  firstMs: (number | undefined)[];
  /** By one look-up. */
  sent: Sent;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function untilReady(askers: readonly Asker[]): Promise<void> {
  const endMs = performance.now() + READY_MS;
  for (const asker of askers) {
    while (!(await asker.isReady())) {
      if (performance.now() > endMs) throw new Error('an asker does not find enough experts and relays');
      await pause(500);
    }
  }
}

/** Look-ups one after the other while nobody asks: only so can the messages of one be counted. */
async function sentByLookUp(askers: readonly Asker[], count: number, sent: () => Sent): Promise<Sent> {
  const before = sent();
  for (let i = 0; i < count; i++) await askers[i % askers.length]!.firstCandidate();
  const after = sent();
  const each = (what: keyof Sent) => (after[what] - before[what]) / count;
  return { messages: each('messages'), datagrams: each('datagrams') };
}

/** All askers keep asking, each one question at a time; `at` is called with the number of every question before it is asked. */
async function questions(askers: readonly Asker[], from: number, to: number, at: (n: number) => void) {
  const asked: Asked[] = [];
  const firstMs: (number | undefined)[] = [];
  let next = from;
  const one = async (asker: Asker) => {
    while (next < to) {
      const n = next++;
      at(n);
      const text = Array.from({ length: WORDS }, (_, i) => `q${n}w${i}`).join(' ');
      const result = await asker.ask(text);
      asked.push(result);
      if (result.lost) say(`  question ${n} lost: ${result.lost}`);
      // Not before a question: it would find the dead ones for it.
      if (n % LOOK_UP_EVERY === 0) firstMs.push(await asker.firstCandidate());
    }
  };
  await Promise.all(askers.map(one));
  return { asked, firstMs };
}

/** Kills while questions are on their way. */
async function phases(fleet: Fleet, askers: readonly Asker[], size: Size, seed: number): Promise<Phase[]> {
  const sent = countSent();
  const doomed = shuffled(fleet.hosts, seededRandom(seed + 1)).slice(0, KILLED);
  const blows = [() => {}, () => void fleet.killBootstrap(), () => doomed.forEach((host) => void host.kill())];
  const share = Math.floor(size.questions / PHASES.length);
  const done: Phase[] = [];
  for (const [i, name] of PHASES.entries()) {
    const blowAt = i * share + Math.floor(share / 5);
    const phase = await questions(askers, i * share, (i + 1) * share, (n) => n === blowAt && blows[i]!());
    done.push({ ...phase, sent: await sentByLookUp(askers, COUNTED, sent) });
    const { asked } = phase;
    const lost = asked.filter((a) => a.lost).length;
    say(`  ${name}: ${asked.length} questions, ${lost} lost, ${Math.round(p95(asked.map((a) => a.answerMs)))} ms p95`);
  }
  return done;
}

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

function figuresOf(done: readonly Phase[], peakBytes: number): Figure[] {
  const asked = done.flatMap((phase) => phase.asked);
  const lost = asked.filter((a) => a.lost).length;
  const retries = asked.reduce((sum, { tries }) => sum + Math.max(0, tries - 1), 0);
  const most = Math.max(...asked.map(({ tries }) => tries - 1));
  const shown = (figure: string, value: number, unit: string): Figure => ({ figure, value, unit, goal: '', met: true });
  const [quiet, ...later] = done;
  const timed = (name: string, of: (phase: Phase) => number, unit: string): Figure[] =>
    later.map((phase, i) => ({
      ...shown(`${name}, ${PHASES[i + 1]}`, of(phase), unit),
      reference: { name: PHASES[0], value: of(quiet!) },
    }));
  const firsts = done.flatMap(({ firstMs }) => firstMs);
  const missed = firsts.filter((ms) => ms === undefined).length;
  const found = (phase: Phase) => p95(phase.firstMs.filter((ms) => ms !== undefined));
  return [
    { figure: `questions lost of ${asked.length}`, value: lost, unit: '', goal: '0', met: lost === 0 },
    {
      figure: 'retries, most of a question',
      value: most,
      unit: '',
      goal: `<= ${MOST_RETRIES}`,
      met: most <= MOST_RETRIES,
    },
    shown('retries, all questions', retries, ''),
    {
      figure: `look-ups without a candidate of ${firsts.length}`,
      value: missed,
      unit: '',
      goal: '0',
      met: missed === 0,
    },
    ...timed('first candidate p95', found, 'ms'),
    ...timed('answer p95, look-ups included', ({ asked }) => p95(asked.map((a) => a.answerMs)), 'ms'),
    ...timed('messages an asker sends for a look-up, over relays', ({ sent }) => sent.messages, ''),
    ...timed('datagrams an asker sends meanwhile', ({ sent }) => sent.datagrams, ''),
    {
      figure: 'memory of all processes, peak',
      value: peakBytes / 1e9,
      unit: 'GB',
      goal: `<= ${MOST_BYTES / 1e9} GB`,
      met: peakBytes <= MOST_BYTES,
    },
  ];
}

export const swarm: Bench = {
  name: 'swarm',
  about: `real nodes with echo engines in ${PROCESSES} processes, sealed questions, the bootstrap killed, then ${KILLED} processes`,
  async run({ quick, seed }) {
    const size = quick ? QUICK : FULL;
    const fromMs = performance.now();
    const fleet = await startFleet(PROCESSES, size.each, seededRandom(seed), seed);
    const askers: Asker[] = [];
    let peakBytes = 0;
    const look = () => (peakBytes = Math.max(peakBytes, fleet.memoryBytes() + residentBytes(process.pid)));
    const watch = setInterval(look, 1000);
    try {
      for (let i = 0; i < ASKERS; i++) askers.push(await openAsker(fleet.bootstrap, seed * ASKERS + i));
      await untilReady(askers);
      look();
      say(`  ${fleet.nodes} nodes found after ${Math.round((performance.now() - fromMs) / 1000)} s`);
      const done = await phases(fleet, askers, size, seed);
      return figuresOf(done, peakBytes);
    } finally {
      clearInterval(watch);
      await Promise.all(askers.map((asker) => asker.close()));
      await fleet.end();
    }
  },
};

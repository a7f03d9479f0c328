import { fileURLToPath } from 'node:url';
import { type Random, seededRandom, shuffled } from '../../../core/random.ts';
import { say } from '../../command.ts';
import { SERVE, type Started, spawnGuest } from '../swarm/host.ts';
import type { Bench, Figure } from '../table.ts';
import { type Ask, addressOf, findAt, openAskers } from './askers.ts';
import {
  byBytes,
  bySizes,
  type Crossing,
  type Known,
  type Linked,
  linkAddresses,
  linkByLookUps,
  linkByTimes,
  linkPairs,
} from './attacks.ts';
import type { Passage } from './passage.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const ASKERS = 8;
const AT_ONCE = 32;
const TOKEN_MS = 10;
const LEAST_WORDS = 5;
const MOST_WORDS = 200;
const GOAL_POINTS = 2;

/** Two relays to enter by, the expert's relay, and the expert, which cannot be dialled: a process and a prefix each. */
function spawnNodes() {
  const guests = ['127.0.1.1', '127.0.2.1', '127.0.3.1', '127.0.4.1'].map((address) => ({
    ...spawnGuest(MAIN, [String(TOKEN_MS), 'wide']),
    address,
  }));
  const [one, two, last, expert] = guests as [Guest, Guest, Guest, Guest];
  return { entries: [one, two], last, expert, kill: () => Promise.all(guests.map((guest) => guest.kill())) };
}
type Guest = ReturnType<typeof spawnGuest> & { address: string };

async function startRelay({ tell, address }: Guest, seed: number, bootstrap: string[]) {
  const [started] = await tell<Started[]>([{ seed, config: { host: address, relay: true, lan: false, bootstrap } }]);
  return { key: started!.key, url: `ws://${address}:${started!.port}`, at: `${address}:${started!.port}` };
}

async function startAll({ entries, last, expert }: ReturnType<typeof spawnNodes>, seed: number): Promise<Ask> {
  const [one, two] = entries as [Guest, Guest];
  const first = await startRelay(one, seed * 10, []);
  const bootstrap = [first.at];
  const second = await startRelay(two, seed * 10 + 1, bootstrap);
  const { at: _, ...lastAt } = await startRelay(last, seed * 10 + 2, bootstrap);
  const serve = { ...SERVE, questionsAtOnce: 256 };
  const config = { host: '0.0.0.0', relays: [lastAt], serve, lan: false, bootstrap };
  await expert.tell([{ seed: seed * 10 + 3, config }]);
  const urls = [first.url, second.url, lastAt.url];
  const relays = await Promise.all(urls.map((url) => findAt(url, 'relay')));
  const ask = openAskers(relays, seed);
  await untilAnswered(ask);
  return ask;
}

/** Until the relays have heard of the expert. */
async function untilAnswered(ask: Ask): Promise<void> {
  for (let left = 60; ; left--) {
    const answers = await Promise.allSettled(Array.from({ length: ASKERS }, () => ask(ASKERS, 'all there')));
    if (answers.every((one) => one.status === 'fulfilled' && one.value.looked === 'sealed')) return;
    if (left === 0) throw new Error('the relays do not find the expert');
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** All askers alike: lengths from one distribution, the same number of questions each, in an order that is drawn. */
async function askAll(ask: Ask, count: number, random: Random): Promise<{ lost: number; other: number }> {
  const turns = shuffled(
    Array.from({ length: count }, (_, n) => n),
    random,
  );
  let lost = 0;
  let other = 0;
  const worker = async () => {
    for (let n = turns.pop(); n !== undefined; n = turns.pop()) {
      const words = Math.round(LEAST_WORDS * (MOST_WORDS / LEAST_WORDS) ** random());
      const text = Array.from({ length: words }, (_, i) => `q${n}w${i}`).join(' ');
      const { said, looked } = await ask(n % ASKERS, text).catch((error) => ({
        said: String(error),
        looked: undefined,
      }));
      if (looked === 'all') other++;
      if (said === text) continue;
      lost++;
      say(`  question ${n} lost: ${said.slice(0, 80)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { lost, other };
}

/** Who asked what, for the judge: by address where it entered, and by the bytes, which pass unchanged. */
export function truthOf(relays: readonly Passage[][]) {
  const askerAt = new Map(Array.from({ length: ASKERS }, (_, i) => [addressOf(i), i]));
  const askerOf = ({ address }: Passage) => askerAt.get(address.replace('::ffff:', ''));
  const entered = relays.map((log) =>
    log.flatMap((passage): Known[] => {
      const asker = askerOf(passage);
      return asker === undefined ? [] : [{ ...passage, asker }];
    }),
  );
  const hops = ({ path }: Passage) => (path ? path.split(' ').length : 0);
  /** `sent`: as it entered; `arrived`: as it came on from there. */
  const crossing = (sent: number, arrived: number) => {
    const byDigest = new Map(
      entered.flatMap((log) =>
        log.filter((one) => hops(one) === sent).map((one) => [one.digest, { one, log }] as const),
      ),
    );
    const crossings = relays.flat().flatMap((passage): Crossing[] => {
      const from = byDigest.get(passage.digest);
      if (!from || hops(passage) !== arrived || askerOf(passage) !== undefined) return [];
      // Whoever it came to knows that it was meant for it.
      const alike = from.log.filter(({ path }) => path === from.one.path);
      return [{ at: { ...passage, asker: from.one.asker }, entered: alike }];
    });
    return { crossings, entered: [...byDigest.values()].map(({ one }) => one) };
  };
  return { questions: crossing(2, 1), lookUps: crossing(1, 0) };
}

function judged(figure: string, { right, chance, within }: Linked, isGoal: boolean): Figure {
  const most = 100 * (right - chance + within);
  return {
    figure: `${figure} (95 %: +-${(100 * within).toFixed(1)})`,
    ...{ value: 100 * right, unit: '%', reference: { name: 'chance', value: 100 * chance } },
    goal: isGoal ? `<= chance + ${GOAL_POINTS} points, interval included` : 'none: not hidden',
    met: !isGoal || most <= GOAL_POINTS,
  };
}

/** Of so many the pairs are compared. */
const PAIRED = 4000;
const paired = (all: readonly Known[], random: Random): Linked => linkPairs(all.slice(0, PAIRED), random);

function figuresOf({ questions, lookUps }: ReturnType<typeof truthOf>, random: Random): Figure[] {
  const at = ({ crossings }: typeof questions) => crossings.map((one) => one.at);
  const { crossings, entered } = questions;
  return [
    judged("one asker's two questions, at the expert's relay", paired(at(questions), random), true),
    judged("one asker's two questions, at the entry relays, without addresses", paired(entered, random), true),
    judged("one asker's two look-ups, at the relays that answer them", paired(at(lookUps), random), true),
    judged('address of a question, all relays, by sizes and keys', linkAddresses(crossings, bySizes), true),
    judged('address of a look-up, all relays, by sizes and keys', linkAddresses(lookUps.crossings, bySizes), true),
    judged('address of a question, all relays, by times too', linkByTimes(crossings), false),
    judged('address of a question, by who looked for experts last', linkByLookUps(crossings, lookUps.entered), false),
    judged('address of a question, all relays, by the sealed bytes', linkAddresses(crossings, byBytes), false),
  ];
}

export const link: Bench = {
  name: 'link',
  about: `what relays that pool all they log tell of ${ASKERS} askers, each at an address of its own; real nodes, sealed look-ups and questions of ${LEAST_WORDS} to ${MOST_WORDS} words, ${AT_ONCE} at once, in an order that is drawn. Not in it: receipts, looking for relays, askers with habits or questions in a row`,
  async run({ quick, seed }) {
    const count = quick ? 640 : 8000;
    const random = seededRandom(seed);
    const nodes = spawnNodes();
    try {
      const ask = await startAll(nodes, seed);
      const fromMs = performance.now();
      const { lost, other } = await askAll(ask, count, random);
      say(`  ${count} questions in ${Math.round((performance.now() - fromMs) / 1000)} s`);
      const relays = [...nodes.entries, nodes.last];
      const truth = truthOf(await Promise.all(relays.map(({ tell }) => tell<Passage[]>('passages'))));
      const { crossings } = truth.questions;
      const seen = { value: crossings.length, unit: '', goal: `${count}`, met: crossings.length === count };
      const looked = truth.lookUps.crossings.length;
      return [
        { figure: `questions lost of ${count}`, value: lost, unit: '', goal: '0', met: lost === 0 },
        { figure: 'questions seen by both relays', ...seen },
        {
          figure: 'look-ups seen by both relays',
          value: looked,
          unit: '',
          goal: `>= ${count - other}`,
          met: looked >= count - other,
        },
        {
          figure: 'questions without a sealed look-up, all topics looked for alike',
          value: other,
          unit: '',
          goal: '',
          met: true,
        },
        ...figuresOf(truth, random),
      ];
    } finally {
      await nodes.kill();
    }
  },
};

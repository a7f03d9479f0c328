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

async function startRelay({ tell, address }: Guest, seed: number) {
  const [started] = await tell<Started[]>([{ seed, config: { host: address, relay: true, lan: false } }]);
  return { key: started!.key, url: `ws://${address}:${started!.port}` };
}

async function startAll({ entries, last, expert }: ReturnType<typeof spawnNodes>, seed: number): Promise<Ask> {
  const urls = await Promise.all(entries.map((guest, i) => startRelay(guest, seed * 10 + i)));
  const lastAt = await startRelay(last, seed * 10 + 2);
  const serve = { ...SERVE, questionsAtOnce: 256 };
  await expert.tell([{ seed: seed * 10 + 3, config: { host: '0.0.0.0', relays: [lastAt], serve, lan: false } }]);
  const relays = await Promise.all(urls.map(({ url }) => findAt(url, 'relay')));
  return openAskers(await findAt(lastAt.url, 'heating'), relays, seed);
}

/** All askers alike: lengths from one distribution, the same number of questions each, in an order that is drawn. */
async function askAll(ask: Ask, count: number, random: Random): Promise<number> {
  const turns = shuffled(
    Array.from({ length: count }, (_, n) => n),
    random,
  );
  let lost = 0;
  const worker = async () => {
    for (let n = turns.pop(); n !== undefined; n = turns.pop()) {
      const words = Math.round(LEAST_WORDS * (MOST_WORDS / LEAST_WORDS) ** random());
      const text = Array.from({ length: words }, (_, i) => `q${n}w${i}`).join(' ');
      const said = await ask(n % ASKERS, text).catch((error) => String(error));
      if (said === text) continue;
      lost++;
      say(`  question ${n} lost: ${said.slice(0, 80)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return lost;
}

/** Who asked what, for the judge: by address at the entry, and by the bytes, which pass both relays unchanged. */
function truthOf(entries: readonly Passage[][], last: readonly Passage[]) {
  const askerAt = new Map(Array.from({ length: ASKERS }, (_, i) => [addressOf(i), i]));
  const entered = entries.map((log) =>
    log.flatMap((passage): Known[] => {
      const asker = askerAt.get(passage.address.replace('::ffff:', ''));
      return asker === undefined ? [] : [{ ...passage, asker }];
    }),
  );
  const byDigest = new Map(entered.flatMap((log) => log.map((one) => [one.digest, { one, log }] as const)));
  const crossings = last.flatMap((passage): Crossing[] => {
    const from = byDigest.get(passage.digest);
    return from ? [{ at: { ...passage, asker: from.one.asker }, entered: from.log }] : [];
  });
  return { entered: entered.flat(), crossings };
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

export const link: Bench = {
  name: 'link',
  about: `what relays that pool all they log tell of ${ASKERS} askers, each at an address of its own; real nodes, sealed questions of ${LEAST_WORDS} to ${MOST_WORDS} words, ${AT_ONCE} at once, in an order that is drawn. Not in it: look-ups, receipts, askers with habits or questions in a row`,
  async run({ quick, seed }) {
    const count = quick ? 640 : 4000;
    const random = seededRandom(seed);
    const nodes = spawnNodes();
    try {
      const ask = await startAll(nodes, seed);
      const fromMs = performance.now();
      const lost = await askAll(ask, count, random);
      say(`  ${count} questions in ${Math.round((performance.now() - fromMs) / 1000)} s`);
      const entries = await Promise.all(nodes.entries.map(({ tell }) => tell<Passage[]>('passages')));
      const { entered, crossings } = truthOf(entries, await nodes.last.tell<Passage[]>('passages'));
      const whole = crossings.length === count && entered.length === count;
      return [
        { figure: `questions lost of ${count}`, value: lost, unit: '', goal: '0', met: lost === 0 },
        { figure: 'questions seen by both relays', value: crossings.length, unit: '', goal: `${count}`, met: whole },
        judged(
          "one asker's two questions, at the expert's relay",
          linkPairs(
            crossings.map(({ at }) => at),
            random,
          ),
          true,
        ),
        judged("one asker's two questions, at two entry relays, without addresses", linkPairs(entered, random), true),
        judged('address of a question, both relays, by sizes and keys', linkAddresses(crossings, bySizes), true),
        judged('address of a question, both relays, by times too', linkByTimes(crossings), false),
        judged('address of a question, both relays, by the sealed bytes', linkAddresses(crossings, byBytes), false),
      ];
    } finally {
      await nodes.kill();
    }
  },
};

/** Nodes that lie are found by audits in the background, over the real wire, and are not asked any more. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tradeOf } from '../../../../src/app/bench/swarm/sunny.ts';
import { HeatmineError } from '../../../../src/core/errors.ts';
import { seededRandom } from '../../../../src/core/random.ts';
import { SwarmConfig } from '../../../../src/core/swarm-config.ts';
import type { ComputeClient } from '../../../../src/net/ask/compute-client.ts';
import { openExperience } from '../../../../src/net/swarm/ask/experience.ts';
import { askForUnit } from '../../../../src/net/swarm/ask/for-unit.ts';
import type { AskerOptions, SwarmAnswer } from '../../../../src/net/swarm/ask/question.ts';
import { type Asked, createAuditor, noteOf } from '../../../../src/net/swarm/audit/auditor.ts';
import { memoryNetwork } from '../../../../src/net/swarm/discovery/memory.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { startNode } from '../../../../src/net/swarm/node.ts';
import { openOffers } from '../../../../src/net/swarm/pay/offers.ts';
import { type NoteEntry, openPurse } from '../../../../src/net/swarm/pay/purse.ts';
import { openHandles } from '../../../../src/net/swarm/useful/handles.ts';
import { log, scratch } from '../../helpers.ts';
import { codeOf } from '../peers.ts';
import { SERVE } from '../swarm.ts';

const WEIGHTS = '0123456789abcdef';
const WORDING = 'aaaabbbbccccdddd';
const BILLED = 40;
const PRICE = 500_000;
/** What an ordinary answer is said to have taken: so much that each pays for an audit. */
const PAYING = 20_000_000;
const rightAnswer = (question: string) => `right: ${question}`;

interface Served {
  text?: (question: string, of: { expert: string; isFree: boolean }) => string;
  billed?: number;
  weights?: string;
  wording?: string | undefined;
}

const serving = ({
  text = rightAnswer,
  billed = BILLED,
  weights = WEIGHTS,
  ...rest
}: Served): Pick<ComputeClient, 'answer'> => ({
  async *answer(ask, _signal, economy) {
    yield {
      type: 'start',
      expert: ask.expert,
      why: 'asked for',
      weights,
      wording: 'wording' in rest ? rest.wording : WORDING,
    };
    yield { type: 'chunk', text: text(ask.messages.at(-1)!.content, { expert: ask.expert, isFree: economy === true }) };
    const counts = { promptTokens: 10, answerTokens: billed };
    yield {
      type: 'end',
      finish: 'stop',
      meter: { expert: ask.expert, ...counts, joules: 1, modelled: true, cardSeconds: 0 },
    };
  },
});

/** Coarser arithmetic moves calls by up to 0.1 nats; many at once, so that noise is known after one question. */
const MOVES = Array.from({ length: 200 }, (_, i) => (i % 2 ? 1 : -1) * (i / 2000));
/** A copy for which every question is telling: several calls beyond that noise, within a liar's. */
const ownCopy: Pick<ComputeClient, 'weigh'> = {
  async weigh({ messages }, given) {
    const own = rightAnswer(messages.at(-1)!.content);
    const calls = [0.2, 0.2, 0.25, 0.3, 9, 9];
    const isOwn = given === undefined || given === own;
    const parted = isOwn ? [] : [9];
    const rest = { promptTokens: 10, answerTokens: BILLED, hidesWorking: false, weights: WEIGHTS, wording: WORDING };
    return { own, calls, parted, isWhole: isOwn, surest: 50, moves: given === undefined ? MOVES : [], ...rest };
  },
};
const noCopy: Pick<ComputeClient, 'weigh'> = {
  weigh: () => Promise.reject(new HeatmineError('EXPERT_UNKNOWN', 'no expert "faults" here')),
};

interface Bought {
  expert?: string;
  /** What the unit may spend, micro-credits; left out: it asks for free. */
  limitUc?: number;
}

/** Asks in turn and waits for the audit after each answer. */
async function audited(
  nodes: Served[],
  compute: Pick<ComputeClient, 'weigh'>,
  rounds: number,
  { expert = 'auto', limitUc = 0 }: Bought = {},
) {
  const { dir, remove } = scratch();
  const network = memoryNetwork();
  const keys: string[] = [];
  const running = await Promise.all(
    nodes.map(async (served, i) => {
      const identity = freshIdentity();
      keys.push(identity.id);
      const home = scratch();
      const trade = await tradeOf(home.dir);
      const serve = { ...SERVE, experts: ['faults', 'pumps'], minPriceUcPerMtok: PRICE };
      const config = SwarmConfig.parse({ join: true, serve, operator: `operator ${i}` });
      const parts = { config, port: 0, identity, trade, random: Math.random, log };
      const node = await startNode({ ...parts, compute: serving(served), discoveries: async () => [network()] });
      return {
        key: identity.id,
        close: () =>
          node
            .close()
            .then(() => trade.ledger.close())
            .then(home.remove),
      };
    }),
  );
  const file = join(dir, 'experience.json');
  let nowMs = Date.now();
  const experience = openExperience(file, () => nowMs);
  let spent = 0;
  const note = async ({ signed }: NoteEntry) => {
    spent += signed.receipt.amountUc;
  };
  const purse = openPurse({ note, wallMs: Date.now });
  const asker: AskerOptions = { discoveries: [network()], experience, random: seededRandom(3), purse };
  const outcomes: string[] = [];
  let done = () => {};
  const onDone = (outcome: string) => {
    outcomes.push(outcome);
    done();
  };
  const offers = openOffers({ limitUc, spentUc: () => spent, monoMs: () => 0 });
  const auditor = createAuditor({ asker, compute, hold: offers.hold, longestDelayMs: 0, onDone });
  const paying = { asked: (asked: Asked) => auditor.asked({ ...asked, tokens: PAYING }) };
  const handles = openHandles(
    async () => {},
    () => 0,
  );
  const { ask, quote } = askForUnit({ asker, labelOf: async () => 'faults', auditor: paying, offers, handles });
  const heard: string[] = [];
  for (let i = 0; i < rounds; i++) {
    const next = new Promise<void>((resolve) => (done = resolve));
    const messages = [{ role: 'user' as const, content: `why is my flow of ${10 + i} l/min too low?` }];
    const signal = AbortSignal.timeout(60_000);
    const asked = { id: '1', expert, messages };
    const { offer } = limitUc > 0 ? await quote({ type: 'quote', ...asked, tier: 'standard' }, signal) : {};
    for await (const piece of ask({ type: 'ask', ...asked, ...(offer && { offer }) }, signal)) {
      if (piece.type === 'start') heard.push(piece.why);
    }
    await next;
    // The audit's own end comes a moment after its outcome.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const keyOf = (i: number) => running[i]!.key;
  return {
    ...{ experience, outcomes, heard, ask, file, spent },
    shunned: nodes.map((_, i) => experience.shuns(keyOf(i)) !== undefined),
    why: (i: number) => experience.shuns(keyOf(i))?.why,
    again: (i: number) => openExperience(file, () => nowMs).shuns(keyOf(i))?.why,
    later: (days: number) => {
      nowMs += days * 86_400_000;
    },
    async end() {
      auditor.close();
      await Promise.all(running.map(({ close }) => close()));
      remove();
    },
  };
}

test('an own copy: a node that says something else is shunned, for a month, also after a restart; then nobody asks it', async () => {
  const one = await audited([{ text: (q) => `wrong: ${q}` }], ownCopy, 2);
  assert.equal(one.outcomes, ['far', 'far']);
  assert.match(one.why(0)!, /not those of the weights that it names \(audit 2\)$/);
  assert.is(one.again(0), one.why(0));
  const asking = async () => {
    const messages = [{ role: 'user' as const, content: 'still there?' }];
    for await (const _ of one.ask({ type: 'ask', id: '1', expert: 'auto', messages }, AbortSignal.timeout(60_000)));
  };
  assert.is(await codeOf(asking()), 'NOBODY_THERE');
  one.later(31);
  assert.is(one.why(0), undefined);
  await one.end();
});

test('an own copy: tokens billed beyond the answer are seen; honest nodes stay, and so do those that name other weights', async () => {
  const billing = await audited([{ billed: BILLED + 1 }], ownCopy, 2);
  assert.match(billing.why(0)!, /bills more tokens/);
  await billing.end();
  const honest = await audited([{}], ownCopy, 5);
  assert.equal(honest.outcomes, ['same', 'same', 'same', 'same', 'same']);
  assert.equal(honest.shunned, [false]);
  await honest.end();
  const other = await audited([{ text: (q) => `other: ${q}`, weights: 'fedcba9876543210' }], ownCopy, 3);
  assert.equal(other.outcomes, Array(3).fill('another copy'));
  assert.equal(other.shunned, [false]);
  await other.end();
});

test('the same weights under other words, or under words that are not named, are another copy: nobody is held to those here', async () => {
  for (const wording of ['0000000000000000', undefined]) {
    const honest = await audited([{ text: (q) => `asked by a newer manifest: ${q}`, wording }], ownCopy, 3);
    assert.equal(honest.outcomes, Array(3).fill('another copy'));
    assert.equal(honest.shunned, [false]);
    await honest.end();
  }
});

test('without weights: of three nodes the one that two agree against is shunned, and only that one', async () => {
  const three = await audited([{}, { text: (q) => `wrong: ${q}` }, {}], noCopy, 8);
  assert.equal(three.shunned, [false, true, false]);
  assert.match(three.why(1)!, /agree against it/);
  assert.ok(three.outcomes.includes('agreed'));
  await three.end();
  const two = await audited([{}, { text: (q) => `wrong: ${q}` }], noCopy, 2);
  assert.equal(two.outcomes, ['nobody to compare with', 'nobody to compare with']);
  assert.equal(two.shunned, [false, false]);
  await two.end();
});

test('a question by name is audited by name: whoever lies with that expert only, beside one that is true, is found', async () => {
  const lies = (q: string, { expert }: { expert: string }) => (expert === 'pumps' ? `wrong: ${q}` : rightAnswer(q));
  const one = await audited([{ text: lies }], ownCopy, 2, { expert: 'pumps' });
  assert.equal([one.outcomes, one.shunned], [['far', 'far'], [true]]);
  await one.end();
  const three = await audited([{}, { text: lies }, {}], noCopy, 12, { expert: 'pumps' });
  assert.equal(three.shunned, [false, true, false]);
  await three.end();
});

test('what was paid for is audited for money, within what may be spent: whoever lies only when paid is found', async () => {
  const lies = (q: string, { isFree }: { isFree: boolean }) => (isFree ? rightAnswer(q) : `wrong: ${q}`);
  const plenty = await audited([{ text: lies }], ownCopy, 2, { limitUc: 1_000_000 });
  assert.equal([plenty.outcomes, plenty.shunned], [['far', 'far'], [true]]);
  await plenty.end();
  // Enough for the answers, which are short; the longest that an audit could get is not paid from it.
  const little = await audited([{ text: lies }], ownCopy, 1, { limitUc: 2070 });
  assert.equal([little.outcomes, little.shunned], [['same'], [false]]);
  assert.ok(little.spent > 0 && little.spent < plenty.spent, `${little.spent} of ${plenty.spent} uc`);
  await little.end();
});

test('what a node says that it took is believed as far as its text goes: no claim ends all audits, and none pays for them', () => {
  const messages = [{ role: 'user' as const, content: 'why?' }];
  const tokensOf = (promptTokens: number, answerTokens: number) => {
    const note = noteOf({ topics: ['heating'], messages });
    note.onStart('faults', 'node', {});
    note.onChunk('so it is');
    const meter = { expert: 'faults', joules: 1, modelled: true, cardSeconds: 0, promptTokens, answerTokens };
    return note.done({ node: 'node', finish: 'stop', meter, tries: 1 } as SwarmAnswer, true).tokens;
  };
  assert.is(tokensOf(4, 3), 7);
  assert.ok(tokensOf(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) < 100);
  assert.is(tokensOf(-1e9, -1e9), 0);
});

test.run();

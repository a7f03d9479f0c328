import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { demandOf, RELAY_CAP, type Use, WINDOW_H } from '../../../../src/net/swarm/demand/demand.ts';
import { decideKeep, type KeepFact } from '../../../../src/net/swarm/demand/keep.ts';
import { createLookups } from '../../../../src/net/swarm/demand/lookups.ts';

const NOW_H = 500_000;
const HOUR_MS = 3_600_000;
const use = (over: Partial<Use> = {}): Use => ({
  ...{ expert: 'e', payer: 'p', relay: 'r', tokens: 16, hour: NOW_H },
  ...over,
});
const many = (n: number, over: (i: number) => Partial<Use>): Use[] => Array.from({ length: n }, (_, i) => use(over(i)));

test('distinct payers count, not questions, nor tokens', () => {
  const demand = demandOf([...many(50, () => ({})), use({ payer: 'q', tokens: 1e6 })], NOW_H);
  assert.is(demand.get('e'), 2);
});

test('use weighs half after three days and nothing after seven; what lies in the future does not count', () => {
  const at = (hour: number) => demandOf([use({ hour })], NOW_H).get('e') ?? 0;
  assert.is(at(NOW_H), 1);
  assert.is(at(NOW_H - 72), 0.5);
  assert.is(at(NOW_H - WINDOW_H), 0);
  assert.is(at(NOW_H + 3), 0);
  assert.is(demandOf([use({ tokens: 0 })], NOW_H).size, 0);
});

test('a wish that all have from now on has half its effect on the shares within two days, and whatever is new is heard on the first', () => {
  const relays = Array.from({ length: 12 }, (_, r) => `r${r}`);
  const day = (hour: number, expert: string) =>
    relays.flatMap((relay) => many(20, (i) => ({ relay, expert, hour, payer: `p${hour}-${i}` })));
  const before = Array.from({ length: 7 }, (_, d) => day(NOW_H - 24 * d, 'old')).flat();
  const shareAfter = (days: number) => {
    const since = Array.from({ length: days }, (_, d) => day(NOW_H + 24 * (d + 1), 'new')).flat();
    const demand = demandOf([...before, ...since], NOW_H + 24 * days);
    return demand.get('new')! / (demand.get('new')! + demand.get('old')!);
  };
  assert.ok(shareAfter(1) > 0.2, `${shareAfter(1)} after a day`);
  assert.ok(shareAfter(2) > 0.4, `${shareAfter(2)} after two`);
  assert.ok(shareAfter(3) > 0.5, `${shareAfter(3)} after three`);
});

test('a relay stands for so many payers at most, over all its experts', () => {
  const flood = many(5000, (i) => ({ payer: `p${i}`, expert: `e${i % 2}`, relay: `r${(i >> 1) % 2}` }));
  const demand = demandOf(flood, NOW_H);
  assert.is(demand.get('e0')! + demand.get('e1')!, 2 * RELAY_CAP);
});

test('relays that invent a few payers beside those of a hundred move little, where regions differ so that nobody looks odd', () => {
  const wanted = (r: number, i: number) => `e${i % 5 < 2 ? r % 4 : i % 4}`;
  const honest = Array.from({ length: 36 }, (_, r) =>
    many(100, (i) => ({ relay: `r${r}`, payer: `p${i}`, expert: wanted(r, i) })),
  ).flat();
  const shareIn = (uses: Use[]) => {
    const demand = demandOf(uses, NOW_H);
    return demand.get('e0')! / [...demand.values()].reduce((a, b) => a + b);
  };
  const liars = Array.from({ length: 4 }, (_, r) =>
    many(5, (i) => ({ relay: `s${r}`, payer: `x${i}`, expert: 'e0' })),
  ).flat();
  const moved = shareIn([...honest, ...liars]) - shareIn(honest);
  assert.ok(moved > 0 && moved < 0.006, `${moved}`);
});

test('of eight relays the two that claim most for an expert, and the two that claim least, are not heard', () => {
  const honest = Array.from({ length: 8 }, (_, r) => many(3, (i) => ({ payer: `p${i}`, relay: `r${r}` }))).flat();
  const before = demandOf(honest, NOW_H).get('e')!;
  const liar = many(500, (i) => ({ payer: `x${i}`, relay: 'r0' }));
  assert.is(demandOf([...honest, ...liar], NOW_H).get('e'), before);
  const few = many(2, (i) => ({ expert: 'f', payer: `p${i}`, relay: `r${i}` }));
  assert.is(demandOf([...honest, ...few], NOW_H).get('f'), 0, 'two of eight relays are nobody yet');
});

test('below four relays one that invents payers counts like the next one and less than three payers more, whatever it invents', () => {
  const random = seededRandom(11);
  const most = (top: number) => Math.floor(random() * top);
  for (let run = 0; run < 500; run++) {
    const honest = Array.from({ length: most(3) }, (_, r) =>
      many(1 + most(20), (i) => ({ payer: `p${i}`, relay: `r${r}`, expert: `e${most(3)}` })),
    ).flat();
    const invented = many(most(300), (i) => ({ payer: `x${i}`, relay: 'liar' }));
    const demand = demandOf([...honest, ...invented], NOW_H).get('e') ?? 0;
    assert.ok(demand < 3, `${demand} where nobody else wants it`);
    const target = `e${most(3)}`;
    const before = demandOf(honest, NOW_H).get(target) ?? 0;
    const claims = [0, 1].map((r) => {
      const payers = honest.filter(({ relay, expert }) => relay === `r${r}` && expert === target);
      return new Set(payers.map(({ payer }) => payer)).size;
    });
    const all = [...honest, ...invented.map((one) => ({ ...one, expert: target }))];
    const after = demandOf(all, NOW_H).get(target) ?? 0;
    const bound = claims[0]! + claims[1]! + Math.max(...claims) + 3;
    assert.ok(after >= before - 1e-9 && after < bound, `${before} became ${after}, at most ${bound}`);
  }
});

test('by one relay alone it still shows which expert more people pay for', () => {
  const uses = Array.from({ length: 8 }, (_, at) => many(at + 1, (i) => ({ payer: `p${i}`, expert: `e${at}` }))).flat();
  const demand = demandOf(uses.slice(0, RELAY_CAP), NOW_H);
  const values = Array.from({ length: 7 }, (_, at) => demand.get(`e${at}`)!);
  assert.ok(
    values.every((value, at) => at === 0 || value > values[at - 1]!),
    values.join(),
  );
});

test('one relay that invents payers displaces nothing that three askers of another relay want', () => {
  const honest = many(3, (i) => ({ payer: `p${i}`, relay: 'honest', expert: 'wanted' }));
  const invented = many(300, (i) => ({ payer: `x${i}`, relay: 'liar', expert: 'pushed' }));
  const demand = demandOf([...honest, ...invented], NOW_H);
  const experts = [
    fact({ id: 'wanted', demand: demand.get('wanted')!, hereH: 100 }),
    fact({ id: 'pushed', demand: demand.get('pushed')! }),
  ];
  assert.equal(decideKeep({ experts, diskBytes: 100 }), { remove: [] });
});

const fact = (over: Partial<KeepFact>): KeepFact => ({
  ...{ id: 'a', name: 'a', sizeBytes: 100, demand: 10, givers: 0, lookups: 0 },
  ...over,
});

test('what two want is fetched where there is room; one is no demand; the reason says both', () => {
  assert.equal(decideKeep({ experts: [fact({ demand: 1.9 })], diskBytes: 1000 }), { remove: [] });
  const { fetch, remove } = decideKeep({ experts: [fact({ demand: 2, givers: 3 })], diskBytes: 1000 });
  assert.equal([fetch, remove], [{ id: 'a', reason: '2 paying askers want a, 3 other nodes have it' }, []]);
  assert.equal(decideKeep({ experts: [fact({ sizeBytes: 1001 })], diskBytes: 1000 }), { remove: [] });
});

test('what is wanted more and had by fewer comes first; look-ups break a tie and nothing else', () => {
  const first = (experts: KeepFact[]) => decideKeep({ experts, diskBytes: 100 }).fetch?.id;
  assert.is(first([fact({ id: 'a', demand: 10, givers: 9 }), fact({ id: 'b', demand: 4, givers: 1 })]), 'b');
  assert.is(first([fact({ id: 'a' }), fact({ id: 'b', lookups: 5 })]), 'b');
  assert.is(first([fact({ id: 'a', demand: 10.1 }), fact({ id: 'b', lookups: 1e9 })]), 'a');
});

test('whoever looks for what: nothing changes where no two experts are worth the same', () => {
  const random = seededRandom(5);
  for (let run = 0; run < 500; run++) {
    const experts = Array.from({ length: 10 }, (_, i) =>
      fact({ id: `e${i}`, demand: random() * 20, hereH: random() < 0.4 ? random() * 60 : undefined }),
    );
    const looked = experts.map((one) => ({ ...one, lookups: Math.floor(random() * 1e6) }));
    assert.equal(decideKeep({ experts: looked, diskBytes: 500 }), decideKeep({ experts, diskBytes: 500 }));
  }
});

test('look-ups: one relay or prefix counts once an hour for a topic and for few topics; memory is bounded', () => {
  let nowMs = 1000 * HOUR_MS;
  const lookups = createLookups(() => nowMs);
  for (let i = 0; i < 1000; i++) lookups.looked('pumps', { prefix: '192.0.2' });
  lookups.looked('pumps', { relay: 'r' });
  lookups.looked('boilers', { relay: 'r' });
  assert.equal([lookups.of(['pumps']), lookups.of(['pumps', 'boilers', 'pumps'])], [2, 3]);
  nowMs += HOUR_MS;
  lookups.looked('pumps', { relay: 's' });
  assert.is(lookups.of(['pumps']), 3, 'this hour and the one before');
  lookups.looked('pumps', { relay: 'r' });
  assert.is(lookups.of(['pumps']), 3, 'nobody counts twice');
  nowMs += 2 * HOUR_MS;
  assert.is(lookups.of(['pumps']), 0);
  const topics = Array.from({ length: 1000 }, (_, i) => `t${i}`);
  for (const topic of topics) lookups.looked(topic, { prefix: 'one' });
  assert.is(lookups.of(topics), 16);
  for (let i = 0; i < 1000; i++) lookups.looked('pumps', { prefix: `p${i}` });
  assert.is(lookups.of(['pumps']), 256);
  for (const [i, topic] of topics.entries()) lookups.looked(`more ${topic}`, { prefix: `q${i}` });
  assert.is(lookups.of(topics.map((topic) => `more ${topic}`)), 512 - 17);
});

test('a newcomer must be worth a fifth more, and what has just come stays', () => {
  const keep = (newcomer: number, hereH: number) =>
    decideKeep({
      experts: [fact({ id: 'old', demand: 10, hereH }), fact({ id: 'new', demand: newcomer })],
      diskBytes: 100,
    });
  assert.is(keep(11.9, 100).fetch, undefined);
  assert.is(keep(12.1, 100).fetch?.id, 'new');
  assert.equal(
    keep(12.1, 100).remove.map(({ id }) => id),
    ['old'],
  );
  assert.is(keep(1000, 1).fetch, undefined);
});

test('whatever comes, the disk holds it, and nothing goes that is not made room of', () => {
  const random = seededRandom(3);
  for (let run = 0; run < 500; run++) {
    const experts = Array.from({ length: 12 }, (_, i) =>
      fact({
        ...{ id: `e${i}`, sizeBytes: 1 + Math.floor(random() * 60), demand: random() * 20 },
        ...{ givers: Math.floor(random() * 4), hereH: random() < 0.4 ? random() * 60 : undefined },
      }),
    );
    const used = (kept: KeepFact[]) => kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const here = experts.filter(({ hereH }) => hereH !== undefined);
    const diskBytes = used(here) + Math.floor(random() * 20);
    const { fetch, remove } = decideKeep({ experts, diskBytes });
    const gone = new Set(remove.map(({ id }) => id));
    const after = [...here.filter(({ id }) => !gone.has(id)), ...experts.filter(({ id }) => id === fetch?.id)];
    assert.ok(used(after) <= diskBytes);
    if (!fetch) assert.is(remove.length, 0);
    for (const { id, hereH } of here) if (gone.has(id)) assert.ok(hereH! >= 24);
  }
});

test.run();

/** The small parts: lane, stop strings, picking, event streams. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createBeat } from '../../src/compute/beat.ts';
import { shortestWhole } from '../../src/compute/engines/llama-batch.ts';
import { createLane } from '../../src/compute/lane.ts';
import { fallback, pickExpert } from '../../src/compute/pick.ts';
import { readEvents } from '../../src/compute/sse.ts';
import { createStopFilter } from '../../src/compute/stops.ts';

test('a lane: in order, one at a time; who aborts leaves the line; release twice counts once', async () => {
  const lane = createLane(1);
  const first = await lane.enter();
  const aborter = new AbortController();
  const order: string[] = [];
  const second = lane.enter(aborter.signal).catch(() => order.push('left'));
  const third = lane.enter().then((release) => {
    order.push('third');
    return release;
  });
  assert.is(lane.waiting, 2);
  aborter.abort();
  await second;
  first();
  first();
  (await third)();
  assert.equal(order, ['left', 'third']);
  assert.equal([lane.waiting, lane.running], [0, 0]);
});

test('a beat: whoever is ready first waits for the others, and for nobody who has left', async () => {
  const beat = createBeat();
  const [a, b] = [beat.enter(0), beat.enter(1)];
  const order: string[] = [];
  const steps = async (name: string, step: ReturnType<typeof beat.enter>, count: number) => {
    for (let i = 1; i <= count; i++) {
      await step.ready();
      order.push(`${name}${i}`);
    }
    step.leave();
  };
  await Promise.all([steps('a', a, 3), steps('b', b, 1)]);
  assert.equal(order, ['a1', 'b1', 'a2', 'a3']);
});

test('a beat: all go on in the order of their places, whoever was ready first', async () => {
  const beat = createBeat();
  const order: number[] = [];
  const steps = [3, 0, 2, 1].map((place) => ({ place, step: beat.enter(place) }));
  for (const turn of [steps, steps.toReversed()]) {
    await Promise.all(turn.map(({ place, step }) => step.ready().then(() => order.push(place))));
  }
  assert.equal(order, [0, 1, 2, 3, 0, 1, 2, 3]);
});

test('a beat: after a crowd the first waits a moment for as many; who came alone waits for nobody', async () => {
  const crowdMs = 400;
  const beat = createBeat(crowdMs);
  const once = async (step: ReturnType<typeof beat.enter>) => {
    await step.ready();
    step.leave();
  };
  let gone = 0;
  const alone = () => once(beat.enter(0)).then(() => gone++);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = alone();
  await turn();
  assert.is(gone, 1, 'nobody was here before');
  await Promise.all([first, ...[0, 1, 2].map((place) => once(beat.enter(place)))].slice(1));
  const crowd = [alone(), once(beat.enter(1))];
  await turn();
  assert.is(gone, 1, 'three were here: it waits for them');
  const startedMs = performance.now();
  await Promise.all([...crowd, once(beat.enter(2))]);
  assert.ok(performance.now() - startedMs < crowdMs / 2, 'and no longer than until they are there');
  const again = alone();
  await turn();
  assert.is(gone, 2);
  await again;
  const last = alone();
  await turn();
  assert.is(gone, 4, 'the last one was alone');
  await last;
});

test('the next batch: the shortest whole, the rest of it to one that does not fit, in the order asked', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 12, max: 256 }), (lengths, size) => {
      const items = lengths.map((length) => ({ tokens: Array(length).fill(0), logits: [], evaluationPriority: 5 }));
      const batch = shortestWhole({ items: items as never, size });
      const places = batch.map(({ item }) => items.indexOf(item as never));
      assert.equal(
        places,
        places.toSorted((a, b) => a - b),
      );
      const used = batch.reduce((sum, { processAmount }) => sum + processAmount, 0);
      const all = lengths.reduce((sum, n) => sum + n, 0);
      assert.is(used, Math.min(size, all), 'the batch is full while anything waits');
      const cut = batch.filter(({ item, processAmount }) => processAmount < item.tokens.length);
      assert.ok(cut.length <= 1);
      const longest = Math.max(...batch.map(({ item }) => item.tokens.length));
      const left = items.filter((item) => !batch.some((b) => b.item === (item as never)));
      assert.ok(left.every(({ tokens }) => tokens.length >= longest));
    }),
  );
});

test('stop strings cut at any split of the text send exactly what comes before', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 30 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 4 }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 8 }), stops, (pieces, list) => {
      const filter = createStopFilter(list);
      let sent = '';
      let stopped = false;
      for (const piece of pieces) {
        const step = filter.push(piece);
        sent += step.text;
        stopped = step.stopped;
        if (stopped) break;
      }
      if (!stopped) sent += filter.flush();
      const whole = pieces.join('');
      const ends = list.map((s) => whole.indexOf(s)).filter((at) => at >= 0);
      // Split texts may complete a later-beginning, shorter stop string first: never is one sent, nothing is invented.
      if (ends.length === 0) return sent === whole;
      return (
        stopped && whole.startsWith(sent) && list.every((s) => !sent.includes(s)) && sent.length >= Math.min(...ends)
      );
    }),
    { seed: 20_26, numRuns: 2000 },
  );
});

test('picking says why; unknown and unsound go to the faults expert', () => {
  const labels = ['faults', 'status', 'convert', 'unknown'];
  const all = ['convert', 'faults', 'status'];
  assert.equal(pickExpert(labels, [0, 9, 0, 0], all), {
    expert: 'status',
    why: 'the classifier takes this for a question to status (100 %)',
  });
  const unknown = pickExpert(labels, [0, 0, 0, 3], all)!;
  assert.is(unknown.expert, 'faults');
  assert.match(unknown.why, /knows no expert for this \(87 %\); faults answers/);
  assert.is(pickExpert(labels, [0, 9, 0, 0], ['convert']), undefined, 'nobody who would talk nonsense');
  assert.is(pickExpert(labels, [0, 9, 0, 0], ['convert', 'upstream:big'])!.expert, 'upstream:big');
  assert.is(fallback([], 'nobody'), undefined);
});

test('event streams: split anywhere, comments, several lines, the end', async () => {
  const text = ': hello\n\ndata: {"a":"ü"}\n\ndata: 1\ndata: 2\r\n\r\ndata: [DONE]\n\ndata: never\n\n';
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < bytes.length; size += 3) {
    async function* body() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const got: string[] = [];
    for await (const data of readEvents(body())) got.push(data);
    assert.equal(got, ['{"a":"ü"}', '1\n2'], `pieces of ${size}`);
  }
});

test.run();

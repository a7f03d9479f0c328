import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MIN_CHUNK_BYTES } from '../../../../src/core/manifest.ts';
import { createPace } from '../../../../src/net/swarm/turns.ts';
import { encode } from '../../../../src/net/swarm/weights/messages.ts';
import { scratch, sleep } from '../../helpers.ts';
import { codeOf } from '../peers.ts';
import { fetchFrom, type Giver, giver, type Lie, noise, type Signed, sendBlob, signedExpert } from './givers.ts';

const SIZES = [12 * MIN_CHUNK_BYTES - 777, 300_001, 5];

async function withGivers(
  lies: (Lie | undefined)[],
  body: (signed: Signed, givers: Giver[], dir: string) => Promise<void>,
  bytesPerS?: number,
): Promise<void> {
  const signed = await signedExpert('pumps', SIZES);
  const target = scratch();
  const givers = await Promise.all(lies.map((lie) => giver(signed, { lie, bytesPerS })));
  try {
    await body(signed, givers, target.dir);
  } finally {
    await Promise.all(givers.map((one) => one.end()));
    signed.remove();
    target.remove();
  }
}

const isWhole = ({ at, manifest }: Signed, dir: string) =>
  manifest.files.every(({ name }) => readFileSync(join(dir, name)).equals(readFileSync(join(at, name))));
const chunksAsked = (givers: readonly Giver[]) =>
  givers.flatMap(({ asked }) => asked.filter(({ type }) => type === 'chunk').map((one) => JSON.stringify(one)));

test('all files come whole, each chunk once, from several sources at once', async () => {
  await withGivers(
    [undefined, undefined, undefined],
    async (signed, givers, dir) => {
      const seen: number[] = [];
      const { from, liars } = await fetchFrom(signed.manifest, dir, givers, { onProgress: (done) => seen.push(done) });
      assert.ok(isWhole(signed, dir));
      assert.equal(liars, []);
      assert.is(from.size, 3, 'all three gave');
      const asked = chunksAsked(givers);
      assert.is(asked.length, 15);
      assert.is(new Set(asked).size, 15);
      assert.ok(seen.every((done, i) => i === 0 || done > seen[i - 1]!));
      assert.is(
        seen.at(-1),
        SIZES.reduce((a, b) => a + b),
      );
      for (const { name } of signed.manifest.files) assert.not.ok(existsSync(join(dir, `${name}.part`)));
    },
    3e6,
  );
});

const flipped: Lie = async (request, stream) => {
  if (request.type !== 'chunk' || request.file !== 0 || request.index === 11) return false;
  return sendBlob(stream, noise(MIN_CHUNK_BYTES, 99));
};

test("a liar's chunk is refused, blamed on its source, and fetched elsewhere", async () => {
  await withGivers([flipped, undefined], async (signed, [liar, honest], dir) => {
    const blamed: string[] = [];
    const { liars } = await fetchFrom(signed.manifest, dir, [liar!, honest!], { onLiar: (key) => blamed.push(key) });
    assert.ok(isWhole(signed, dir));
    assert.equal([liars, blamed], [[liar!.key], [liar!.key]]);
    const lied = chunksAsked([liar!]).filter((one) => one.includes('"file":0'));
    assert.ok(lied.length >= 1 && chunksAsked([honest!]).includes(lied.at(-1)!));
  });
});

test('of liars alone nothing becomes a file, whatever they send; the fetch ends and says so', async () => {
  const only =
    (type: string, answer: (...args: Parameters<Lie>) => Promise<boolean>): Lie =>
    async (request, stream) =>
      request.type === type && answer(request, stream);
  const head = (sizeBytes: number) =>
    only('chunk', async (_request, stream) => {
      await stream.send(encode({ type: 'blob', sizeBytes }));
      return true;
    });
  const lies: [string, Lie][] = [
    ['other bytes', flipped],
    ['another list', only('chunks', (_r, stream) => sendBlob(stream, noise(12 * 32, 5)))],
    ['a longer list', only('chunks', (_r, stream) => sendBlob(stream, noise(500_000, 5)))],
    ['more than it announced', only('chunk', (_r, stream) => sendBlob(stream, noise(400_000, 5), MIN_CHUNK_BYTES))],
    ['another size', head(MIN_CHUNK_BYTES - 1)],
    ['sixteen megabytes', head(16_777_216)],
    [
      'a terabyte',
      only('chunk', async (_r, s) => s.send(Buffer.from('{"type":"blob","sizeBytes":1e12}')).then(() => true)),
    ],
    ['no JSON', only('chunks', async (_r, stream) => stream.send(Buffer.from('{')).then(() => true))],
    [
      'another answer',
      only('chunks', async (_r, s) => s.send(encode({ type: 'offers', offers: [] })).then(() => true)),
    ],
    [
      'empty frames',
      only('chunk', async (_r, stream) =>
        sendBlob(stream, Buffer.alloc(0), MIN_CHUNK_BYTES)
          .then(() => stream.send(Buffer.alloc(0)))
          .then(() => true),
      ),
    ],
  ];
  await withGivers(
    lies.map(([, lie]) => lie),
    async ({ manifest }, givers, dir) => {
      for (const [i, [name]] of lies.entries()) {
        const blamed: string[] = [];
        const at = join(dir, String(i));
        const fetching = fetchFrom(manifest, at, [givers[i]!], { onLiar: (key) => blamed.push(key), retryMs: 1 });
        assert.is(await codeOf(fetching), 'BUSY', name);
        assert.equal(blamed, [givers[i]!.key], name);
        assert.not.ok(existsSync(join(at, 'w.gguf')), name);
      }
    },
  );
});

test('a source that falls silent or is far too slow is let go, and not called a liar', async () => {
  const silent: Lie = async ({ type }) => type === 'chunk';
  const drips: Lie = async ({ type }, stream) => {
    if (type !== 'chunk') return false;
    await stream.send(encode({ type: 'blob', sizeBytes: MIN_CHUNK_BYTES }));
    for (let i = 0; i < 400 && !stream.closed.aborted; i++) {
      await stream.send(Buffer.alloc(1)).catch(() => {});
      await sleep(25);
    }
    return true;
  };
  await withGivers([silent, drips, undefined], async (signed, givers, dir) => {
    const over = { silentMs: 1000, chunkMs: 2000 };
    const { liars, from } = await fetchFrom(signed.manifest, dir, givers, over);
    assert.ok(isWhole(signed, dir));
    assert.equal(liars, []);
    assert.equal([...from.keys()], [givers[2]!.key]);
  });
});

test('what was there before is checked and gone on with, whoever wrote it; a foreign byte in it is fetched anew', async () => {
  await withGivers([undefined], async (signed, [only], dir) => {
    const stop = new AbortController();
    const half = (done: number) => done > 4 * MIN_CHUNK_BYTES && stop.abort();
    const cut = fetchFrom(signed.manifest, dir, [only!], { signal: stop.signal, onProgress: half });
    assert.is.not(await codeOf(cut), 'no error');
    const part = join(dir, 'w.gguf.part');
    const bytes = readFileSync(part);
    bytes[MIN_CHUNK_BYTES + 3]! ^= 1;
    writeFileSync(part, bytes);
    only!.asked.length = 0;
    const { from } = await fetchFrom(signed.manifest, dir, [only!]);
    assert.ok(isWhole(signed, dir));
    const again = chunksAsked([only!]);
    assert.ok(again.length < 14 && again.length > 0, `${again.length} of 15 chunks came again`);
    assert.ok(again.some((one) => one.includes('"file":0,"index":1}')));
    assert.is(from.get(only!.key), again.length);
    only!.asked.length = 0;
    await fetchFrom(signed.manifest, dir, [only!]);
    assert.equal(chunksAsked([only!]), [], 'whole already');
  });
});

test('both sides keep to their bandwidth', async () => {
  const total = SIZES.reduce((a, b) => a + b);
  const secondsOf = async (up: number | undefined, down: number) => {
    let seconds = 0;
    await withGivers(
      [undefined],
      async ({ manifest }, givers, dir) => {
        const startMs = performance.now();
        await fetchFrom(manifest, dir, givers, { pace: createPace(down) });
        seconds = (performance.now() - startMs) / 1000;
      },
      up,
    );
    return seconds;
  };
  // A second's worth may pass at once.
  const rate = total / 3;
  assert.ok((await secondsOf(rate, 1e12)) > 1.9, 'the giver');
  assert.ok((await secondsOf(undefined, rate)) > 1.9, 'the taker');
});

test.run();

/** One file over the web: connections that break, servers that lie, and what lies in the way. */
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { download } from '../../src/app/experts/download.ts';
import { tempDir } from '../compute/fixture.ts';
import { type Shop, shop } from './shop.ts';

async function withShop(body: (dir: string, web: Shop) => Promise<void>): Promise<void> {
  const { dir, remove } = tempDir();
  const web = await shop();
  await body(dir, web).finally(() => {
    web.close();
    remove();
  });
}

test('a download goes on where it broke off, over one connection after the other', async () => {
  await withShop(async (home, web) => {
    const bytes = randomBytes(300_000);
    web.files.set('/x', bytes);
    web.cuts.push(100_000, 0, 50_000);
    const seen: number[] = [];
    const options = { signal: new AbortController().signal, retryMs: 5 };
    await download(`${web.url}/x`, join(home, 'x'), { ...options, onProgress: (done) => seen.push(done) });
    assert.ok(readFileSync(join(home, 'x')).equals(bytes));
    assert.ok(web.seen.slice(1).every(({ range }) => range !== undefined));
    assert.ok(
      seen.every((done, i) => i === 0 || done >= seen[i - 1]!),
      'nothing is fetched twice',
    );
    assert.not.ok(existsSync(join(home, 'x.part')) || existsSync(join(home, 'x.part.json')));
  });
});

test('a part of another file at the same address is not glued on', async () => {
  await withShop(async (home, web) => {
    web.files.set('/x', randomBytes(200_000));
    const file = join(home, 'x');
    const options = { signal: new AbortController().signal, retryMs: 1, onProgress: () => {} };
    web.cuts.push(80_000, 0, 0, 0, 0, 0);
    await download(`${web.url}/x`, file, options).then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, 'BUSY'),
    );
    assert.ok(statSync(`${file}.part`).size > 0);
    const other = randomBytes(150_000);
    web.files.set('/x', other);
    await download(`${web.url}/x`, file, options);
    assert.ok(readFileSync(file).equals(other));
  });
});

test('a server that goes on elsewhere than it was asked to is begun anew with', async () => {
  await withShop(async (home, web) => {
    const bytes = randomBytes(200_000);
    web.files.set('/lies/x', bytes);
    web.cuts.push(80_000);
    const file = join(home, 'x');
    const options = { signal: new AbortController().signal, retryMs: 1, onProgress: () => {} };
    await download(`${web.url}/lies/x`, file, options);
    assert.ok(readFileSync(file).equals(bytes));
    assert.equal(
      web.seen.map(({ range }) => range),
      [undefined, 'bytes=80000-', undefined],
    );
  });
});

test('a link in the place of the part is not written through', async () => {
  await withShop(async (home, web) => {
    web.files.set('/x', randomBytes(1000));
    const other = join(home, 'other');
    writeFileSync(other, 'kept');
    symlinkSync(other, join(home, 'x.part'));
    const options = { signal: new AbortController().signal, retryMs: 1, onProgress: () => {} };
    await download(`${web.url}/x`, join(home, 'x'), options);
    assert.is(readFileSync(other, 'utf8'), 'kept');
    assert.ok(lstatSync(join(home, 'x')).isFile());
  });
});

test.run();

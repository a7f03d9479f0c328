import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildWeb, webIsStale } from '../../scripts/build-web.ts';

const FIRST_LOAD_LIMIT_BYTES = 80_000;
const dist = join(import.meta.dirname, '../../web/dist');

const built = suite('page, built');
built.before(buildWeb);

/** What the page names, and what that imports before it runs; the rest comes when it is wanted. */
function firstLoad(): Set<string> {
  const read = (name: string) => readFileSync(join(dist, name), 'utf8');
  const wanted = [...read('index.html').matchAll(/assets\/[\w.-]+\.js/g)].map(([name]) => name);
  const all = new Set<string>();
  for (const name of wanted) {
    all.add(name);
    for (const [, imported] of read(name).matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
      if (!all.has(`assets/${imported}`)) wanted.push(`assets/${imported}`);
  }
  return all;
}

built('JavaScript of the first load is at most 80 kB in gzip, and charts are no part of it', () => {
  const scripts = firstLoad();
  const bytes = [...scripts].reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);
  assert.ok(scripts.size > 0);
  assert.ok(scripts.size < readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js')).length);
  assert.ok(bytes <= FIRST_LOAD_LIMIT_BYTES, `${bytes} bytes`);
});

built('every address in the page is relative, so that it works under a sub-path', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]!);
  assert.ok(links.length >= 3);
  for (const link of links) assert.ok(link.startsWith('./'), link);
});

built('a fresh build is not stale', () => assert.not(webIsStale()));

built.run();

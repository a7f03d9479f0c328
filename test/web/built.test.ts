import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildWeb, webIsStale } from '../../scripts/build-web.ts';

const FIRST_LOAD_LIMIT_BYTES = 80 * 1024;
const dist = join(import.meta.dirname, '../../web/dist');

const built = suite('page, built');
built.before(buildWeb);

built('JavaScript of the first load is at most 80 kB in gzip', () => {
  const scripts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, 'assets', name))).length, 0);
  assert.ok(scripts.length > 0);
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

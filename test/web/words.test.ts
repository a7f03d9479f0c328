import { globSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatFor } from '../../web/src/format.ts';
import { de } from '../../web/src/i18n/de.ts';
import { en } from '../../web/src/i18n/en.ts';

test('whatever a reason is about has a name in both languages', () => {
  const sources = globSync('src/{control,net,compute}/**/*.ts').map((file) => readFileSync(file, 'utf8'));
  const what = new Set(sources.flatMap((text) => [...text.matchAll(/\{ what: '(\w+)'/g)].map((match) => match[1]!)));
  assert.ok(what.has('override') && what.size > 10);
  for (const { why, points } of [en, de])
    assert.equal(
      [...what].filter((name) => !(name in why.about) && !(name in points)),
      [],
    );
});

test('a wish that has just begun lasts as long as was asked for', () => {
  const { duration } = formatFor('en');
  assert.is(duration(7 * 86_400 - 20), '7\u00a0d');
  assert.is(duration(3 * 3600 - 20), '3\u00a0h');
  assert.is(duration(2.5 * 3600), '2.5\u00a0h');
});

test.run();

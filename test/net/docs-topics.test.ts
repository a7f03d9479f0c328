import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicsPage } from '../../scripts/docs-topics.ts';

test('docs/topics.md is what the contract says', () => {
  const committed = readFileSync(new URL('../../docs/topics.md', import.meta.url), 'utf8');
  assert.fixture(committed, topicsPage(), 'run `npm run docs`');
});

test.run();

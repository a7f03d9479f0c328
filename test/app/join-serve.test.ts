/** Consent to serve strangers, asked at a real terminal. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/core/config.ts';
import { scratch } from '../net/helpers.ts';
import { atTerminal } from './terminal.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const BEFORE =
  '# mine\nunit: bee # keep\nswarm:\n  join: true\n  serve: { accept: [power, liability, tax], experts: [faults], marginPct: 40 }\n';

async function at(before: string, use: (home: string, file: string) => Promise<void>): Promise<void> {
  const { dir, remove } = scratch();
  const file = join(dir, 'config.yaml');
  writeFileSync(file, before);
  await use(dir, file).finally(remove);
}

test('whoever accepts all three says which experts, how fast and from which price; the rest of the file stays', () =>
  at(BEFORE, async (home, file) => {
    const { said, code } = await atTerminal(
      ['join', '--serve', '--home', home],
      [
        [/accept, yes or no/, 'yes', 'maybe', 'yes', 'yes'],
        [/Experts/, 'faults, nobody', 'status', 'convert faults'],
        [/kilobytes/, 'much', '80'],
        [/Least price/, ''],
      ],
    );
    assert.is(code, 0, said);
    for (const words of ['not here: nobody', 'not here: status', 'yes or no', 'Strangers may ask convert, faults'])
      assert.match(said, words);
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^# mine\nunit: bee # keep\n/);
    const { accept, experts, bandwidthKBps, minPriceUcPerMtok, marginPct } = parseConfig(text, file).swarm.serve!;
    assert.equal([...accept].sort(), ['liability', 'power', 'tax']);
    assert.equal([experts, bandwidthKBps, minPriceUcPerMtok, marginPct], [['convert', 'faults'], 80, 0, 40]);
  }));

test('whoever accepts two of three serves nobody, and nothing is written; Enter accepts nothing', () =>
  at('unit: bee\n', async (home, file) => {
    for (const answers of [['yes', 'yes', 'no'], ['']]) {
      const { said, code } = await atTerminal(['join', '--serve', '--home', home], [[/accept/, ...answers]]);
      assert.is(code, 0, said);
      assert.match(said, 'nobody is served');
      assert.is(readFileSync(file, 'utf8'), 'unit: bee\n');
    }
  }));

test('without a terminal nobody consents', () =>
  at('unit: bee\n', async (home, file) => {
    const { status, stderr } = spawnSync(process.execPath, [entry, 'join', '--serve', '--home', home], {
      encoding: 'utf8',
    });
    assert.is(status, 2, stderr);
    assert.match(stderr, 'at a terminal');
    assert.is(readFileSync(file, 'utf8'), 'unit: bee\n');
  }));

test.run();

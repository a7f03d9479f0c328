import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';

const fresh = () => join(mkdtempSync(join(tmpdir(), 'heatmine-experience-')), 'experience.json');
const key = (letter: string) => letter.repeat(43);

test('the unit and the command line learn into one file: neither writes over what the other has learnt', () => {
  const file = fresh();
  const [unit, ask] = [openExperience(file), openExperience(file)];
  for (let i = 0; i < 20; i++) unit.audited(key('a'), { outcome: 'far', factors: [50] });
  assert.ok(unit.shuns(key('a')));
  assert.ok(ask.shuns(key('a')), 'told to who opened it before');
  ask.answered(key('b'), 100);
  unit.answered(key('c'), 100);
  const later = openExperience(file);
  assert.ok(later.shuns(key('a')));
  assert.ok(later.of(key('b')).experience > 0.5 && later.of(key('c')).experience > 0.5);
});

test('a liar is not forgotten for five hundred others that were met since; of those the oldest go', () => {
  const own = openExperience();
  for (let i = 0; i < 20; i++) own.audited(key('a'), { outcome: 'far', factors: [50] });
  const other = (i: number) => `${i}`.padStart(43, 'x');
  for (let i = 0; i < 600; i++) own.failed(other(i));
  assert.ok(own.shuns(key('a')));
  assert.equal([own.of(other(0)).experience, own.of(other(599)).experience], [1 / 2, 1 / 3]);
});

test('without a file, or with a damaged one, it is learnt anew', () => {
  const none = openExperience();
  none.failed(key('a'));
  assert.ok(none.of(key('a')).experience < 0.5);
  const file = fresh();
  writeFileSync(file, '{"half');
  const damaged = openExperience(file);
  damaged.answered(key('a'), 5);
  assert.ok(openExperience(file).of(key('a')).experience > 0.5);
});

test('the last that answered and the last that passed it on are known to the next command, by themselves', () => {
  const file = fresh();
  const ask = openExperience(file);
  ask.answered(key('a'), 5);
  ask.passed(key('b'));
  ask.failed(key('c'));
  const next = openExperience(file);
  const last = () =>
    ['a', 'b', 'c'].map((k) => [next.wasLast('lastAsked', key(k)), next.wasLast('lastEntered', key(k))]);
  const [no, asked, entered] = [
    [false, false],
    [true, false],
    [false, true],
  ];
  assert.equal(last(), [asked, entered, no]);
  next.answered(key('c'), 5);
  assert.equal(last(), [no, entered, asked]);
});

test.run();

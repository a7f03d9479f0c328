/**
 * Evolution on real weights: two experts of which each is damaged in another half of its layers breed one that is better
 * than both; the owner's disk stays bounded.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf } from '../../../src/compute/merge/evolution/lines.ts';
import { isBred } from '../../../src/compute/merge/evolution/nursery.ts';
import { readState } from '../../../src/compute/merge/evolution/state.ts';
import { goneFrom } from '../../../src/core/gone.ts';

import { breeder, damaged, distances, judgingEngine, LINES, shares, withTwins } from './twins.ts';

const never = new AbortController().signal;

test('two experts damaged in different layers breed one better than both, with its lineage and its figures', () =>
  withTwins(async (home) => {
    const loads = { open: 0, most: 0 };
    const evolution = breeder(home, judgingEngine(loads));
    let tokens = 0;
    while (readState(home.models).outcomes.length === 0) {
      const spent = await evolution.step(never);
      if (!spent) break;
      tokens += spent.tokens;
      if (evolution.doing()) assert.equal([...evolution.doing()!.parents].sort(), ['left', 'right']);
    }
    await evolution.close();
    const { outcomes, looks, litter } = readState(home.models);
    const [outcome] = outcomes;
    assert.is(looks, 1);
    assert.is(litter, null);
    assert.ok(outcome!.kept, `kept, chance ${outcome!.chance}`);
    assert.ok(outcome!.chance.every((p) => p < outcome!.allowed));
    home.rescan();
    const child = home.experts.find(({ id }) => id === outcome!.kept)!;
    assert.is(child.unsound, undefined);
    assert.equal(child.fact!.parents, outcome!.parents);
    assert.ok(child.fact!.quality?.passes, 'better than its lead on its lines');
    assert.is(
      child.fact!.quality?.n,
      linesOf(
        LINES.map((l) => l.replace('\t', '\n')),
        'report',
      ).length,
    );
    const of = (id: string) => distances(join(home.models, id, `${id}.gguf`)).reduce((sum, d) => sum + d, 0);
    assert.ok(of(child.id) < 0.6 * Math.min(of('left'), of('right')), `${of(child.id)} of ${of('left')}`);
    assert.is(readState(home.models).tokens, tokens);
    assert.is(loads.open, 0, 'nothing stays loaded');
    assert.is(loads.most, 1, 'one child at a time');
    assert.ok(tokens > 0 && tokens % 50 === 0, 'every token that was computed is counted');
    assert.not.ok(existsSync(join(home.models, child.id, 'manifest.json')), 'nothing is signed or offered');
  }));

test('at most three children stay, and the one that is asked least goes first', () =>
  withTwins(async (home) => {
    const made: string[] = [];
    for (let n = 1; n <= 5; n++) {
      damaged(home.models, `left-right-9${n}`, [1], n);
      const file = join(home.models, `left-right-9${n}/expert.json`);
      const fact = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...fact, parents: ['left', 'right'], quality: { evolved: true } }));
      made.push(`left-right-9${n}`);
    }
    // The owner has signed one of them, and another came from elsewhere: no longer evolution's to take.
    writeFileSync(join(home.models, 'left-right-91/manifest.json'), '{}');
    writeFileSync(join(home.models, 'left-right-92/source.json'), '{}');
    for (const [i, id] of ['left-right-93', 'left-right-94', 'left-right-95'].entries())
      shares.set(id, [0.2, 0, 0.1][i]!);
    home.rescan();
    const twins = home.experts.filter(({ id }) => !made.includes(id));
    const only = { ...home, experts: [...home.experts.filter(({ id }) => made.includes(id)), ...twins] };
    shares.set('left', 100);
    shares.set('right', 100);
    const evolution = breeder(only, judgingEngine({ open: 0, most: 0 }));
    while (readState(home.models).outcomes.length === 0) await evolution.step(never);
    await evolution.close();
    shares.clear();
    const kept = readState(home.models).outcomes[0]!.kept!;
    const there = readdirSync(home.models).filter((name) => !name.startsWith('.'));
    assert.equal(
      there.sort(),
      ['left', 'right', 'left-right-91', 'left-right-92', 'left-right-93', 'left-right-95', kept].sort(),
    );
    assert.equal(
      goneFrom(home.models).map(({ id }) => id),
      ['left-right-94'],
    );
    home.rescan();
    const bred = home.experts.filter((expert) => isBred(expert, home.models)).map(({ id }) => id);
    assert.is(bred.length, 3);
  }));

test('nothing to breed is no error: one expert alone, other shapes, no held-out lines', () =>
  withTwins(async (home) => {
    writeFileSync(join(home.models, 'right/heldout.txt'), '');
    home.rescan();
    const evolution = breeder(home, judgingEngine({ open: 0, most: 0 }));
    assert.is(await evolution.step(never), undefined);
    assert.is(await evolution.step(never), undefined);
    assert.is(evolution.doing(), undefined);
    await evolution.close();
    assert.equal(readState(home.models).outcomes, []);
  }));

test.run();

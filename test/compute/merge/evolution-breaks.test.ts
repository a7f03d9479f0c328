/** Evolution is given up for a question at any moment, and goes on from there. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../../src/compute/engine.ts';
import { scanExperts } from '../../../src/compute/experts.ts';
import { readState } from '../../../src/compute/merge/evolution/state.ts';
import { tempDir } from '../fixture.ts';

import { breeder, judgingEngine, withTwins } from './twins.ts';

const never = new AbortController().signal;

test('a question ends the slice; the line is scored again later, and a break costs one child at most', () =>
  withTwins(async (home) => {
    let way = new AbortController();
    let lines = 0;
    const engine = judgingEngine({ open: 0, most: 0 }, () => ++lines % 7 === 0 && way.abort());
    const run = async (steps: number, seed: number) => {
      const evolution = breeder(home, engine, seed);
      for (let n = 0; n < steps && readState(home.models).outcomes.length === 0; n++) {
        way = new AbortController();
        await evolution.step(way.signal);
      }
      await evolution.close();
    };
    await run(700, 4);
    const before = readState(home.models).litter!;
    assert.ok(before.scored.length > 0 && before.waiting.length > 0, 'in the middle of a litter');
    await run(1, 99);
    assert.equal(readState(home.models).litter, before, 'the same litter goes on');
    await run(100_000, 99);
    const broken = readState(home.models).outcomes[0]!;
    // The same without any break.
    const { dir, remove } = tempDir();
    for (const id of ['left', 'right']) cpSync(join(home.models, id), join(dir, id), { recursive: true });
    const calm = { models: dir, experts: scanExperts([dir]), rescan: () => {} };
    const evolution = breeder(calm, judgingEngine({ open: 0, most: 0 }));
    while (readState(dir).outcomes.length === 0) await evolution.step(never);
    await evolution.close();
    const { atMs: _atMs, ...unbroken } = readState(dir).outcomes[0]!;
    remove();
    const { atMs: _brokenMs, ...rest } = broken;
    assert.equal(rest, unbroken);
  }));

test('a question ends the load of a child, and the same child is loaded later', () =>
  withTwins(async (home) => {
    const judging = judgingEngine({ open: 0, most: 0 });
    let way = new AbortController();
    let given = 0;
    const engine: Engine = {
      ...judging,
      async load(spec, signal) {
        if (given++ % 2 === 1) return judging.load(spec);
        way.abort();
        assert.ok(signal?.aborted, 'the load is told of the question');
        throw signal.reason;
      },
    };
    const evolution = breeder(home, engine);
    for (let n = 0; n < 100_000 && (readState(home.models).litter?.scored.length ?? 0) < 3; n++) {
      way = new AbortController();
      await evolution.step(way.signal);
    }
    await evolution.close();
    assert.is(given, 6, 'each of three children was loaded twice');
  }));

test.run();

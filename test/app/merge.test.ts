/** `heatmine experts merge` on the experts that ship: what comes of it, and what is refused. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCatalogue } from '../../src/compute/catalogue.ts';
import { scanExperts, verifiedSpec } from '../../src/compute/experts.ts';
import { createLane } from '../../src/compute/lane.ts';
import { systemClock } from '../../src/core/clock.ts';
import { residentsAlone, roomFor, tempDir } from '../compute/fixture.ts';
import { heatmine } from './run-experts.ts';

const SHIPPED = join(import.meta.dirname, '../../models');

async function withHome(body: (home: string) => Promise<void>): Promise<void> {
  const { dir, remove } = tempDir();
  for (const name of ['models', 'keys', 'state']) mkdirSync(join(dir, name));
  await body(dir).finally(remove);
}

test('a merge is a sound expert that names its parents, is asked as the first is, and can be merged on', () =>
  withHome(async (home) => {
    const merged = await heatmine(home, 'merge', 'faults', 'status', '--weight', '0.8,0.2', '--out', 'both', '--json');
    assert.is(merged.code, 0);
    const [both] = scanExperts([join(home, 'models')]);
    assert.is(both?.unsound, undefined);
    assert.equal(both?.fact?.parents, ['faults', 'status']);
    assert.is(JSON.parse(merged.out).sha256, both?.fact?.sha256);
    await verifiedSpec(both!);
    const faults = scanExperts([SHIPPED]).find((e) => e.id === 'faults')!;
    assert.is(both?.grammar, faults.grammar, 'it cannot say what its first parent cannot');
    assert.equal(
      both?.fact?.engine === 'llama' && both.fact.prompt,
      faults.fact?.engine === 'llama' && faults.fact.prompt,
    );
    assert.is(both?.fact?.quality, undefined, 'nothing was measured');
    const lines = readFileSync(join(home, 'models/both/heldout.txt'), 'utf8');
    assert.match(lines, /^fault: /m);
    assert.match(lines, /^state: /m);
    const on = await heatmine(home, 'merge', 'both', 'convert', '--method', 'slerp', '--out', 'three');
    assert.is(on.code, 0);
    assert.match((await heatmine(home, 'ls')).out, /three .*from both, convert.*made here/);
  }));

test('task, ties and dare find the common ancestor by themselves', () =>
  withHome(async (home) => {
    for (const method of ['task', 'ties', 'dare']) {
      const made = await heatmine(home, 'merge', 'faults', 'convert', '--method', method, '--out', method, '--json');
      assert.is(JSON.parse(made.out).ancestor, 'ancestor');
    }
    const none = await heatmine(home, 'merge', 'faults', 'ancestor', '--method', 'ties', '--out', 'x');
    assert.match(none.error?.message ?? '', /--ancestor/);
  }));

test('what makes no sense is refused in one line and leaves no directory', () =>
  withHome(async (home) => {
    const cases: [string[], RegExp][] = [
      [['faults', '--out', 'x'], /2 to 16 experts/],
      [['faults', 'status'], /--out/],
      [['faults', 'status', '--out', '../x'], /--out/],
      [['faults', 'status', '--out', 'convert'], /already/],
      [['faults', 'nobody', '--out', 'x'], /no expert "nobody"/],
      [['faults', 'classifier', '--out', 'x'], /only language models/],
      [['faults', 'status', '--method', 'magic', '--out', 'x'], /linear, task/],
      [['faults', 'status', '--weight', '0.5', '--out', 'x'], /one number for each/],
      [['faults', 'status', '--weight', '1,-1', '--out', 'x'], /0 and more/],
      [['faults', 'status', '--weight', '0,', '--out', 'x'], /one number for each/],
      [['faults', 'status', '--weight', '0,0', '--out', 'x'], /above 0/],
      [['faults', 'status', 'convert', '--method', 'slerp', '--out', 'x'], /two parents/],
      [['faults', 'status', '--density', '0.5', '--out', 'x'], /for ties and dare/],
    ];
    for (const [args, want] of cases) {
      const { code, error } = await heatmine(home, 'merge', ...args);
      assert.is(code, 2);
      assert.match(error?.message ?? '', want, args.join(' '));
    }
    assert.equal(readdirSync(join(home, 'models')), []);
    assert.not.ok(existsSync(join(home, 'x')));
  }));

test('what a killed merge left makes way; a download that broke off does not', () =>
  withHome(async (home) => {
    const dir = join(home, 'models/both');
    mkdirSync(dir);
    writeFileSync(join(dir, 'both.gguf.part'), 'half');
    assert.is((await heatmine(home, 'merge', 'faults', 'status', '--out', 'both')).code, 0);
    assert.not.ok(existsSync(join(dir, 'both.gguf.part')));
    const pulled = join(home, 'models/pulled');
    mkdirSync(pulled);
    writeFileSync(join(pulled, 'pulled.gguf.part.json'), '{}');
    const refused = await heatmine(home, 'merge', 'faults', 'status', '--out', 'pulled');
    assert.match(refused.error?.message ?? '', /holds pulled\.gguf\.part\.json, perhaps of a download/);
    assert.equal(readdirSync(pulled), ['pulled.gguf.part.json']);
  }));

test('evolve tells what it is at; without a litter there is none, and the owner can end it', () =>
  withHome(async (home) => {
    assert.match((await heatmine(home, 'evolve')).out, /evolution is on.*\n0 litters/);
    writeFileSync(join(home, 'config.yaml'), 'version: 1\ncompute:\n  evolve: false\n');
    assert.match((await heatmine(home, 'evolve')).out, /off \(compute.evolve/);
    assert.equal(JSON.parse((await heatmine(home, 'evolve', '--json')).out).children, []);
  }));

test('a child takes nothing from its parents: `auto` still picks them', () =>
  withHome(async (home) => {
    await heatmine(home, 'merge', 'faults', 'status', '--out', 'both');
    const found = scanExperts([SHIPPED, join(home, 'models')]);
    const residents = residentsAlone(found, () => undefined, roomFor(1e9), systemClock);
    const catalogue = createCatalogue({
      ...{ experts: found, residents, local: createLane(1), priceEurPerMtoken: 0 },
      energy: () => ({ tokens: 0, joules: 0, jPerToken: 1, energyFrom: 'modelled' }),
    });
    for (const id of ['faults', 'status', 'convert']) assert.ok(catalogue.answering().includes(id), id);
    assert.not.ok(catalogue.answering().includes('ancestor'), 'it proved nothing');
    await residents.close();
  }));

test.run();

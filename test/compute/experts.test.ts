import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { fillerLines, scanExperts, verifiedSpec } from '../../src/compute/experts.ts';
import { grammarDepth } from '../../src/compute/grammar.ts';
import { systemClock } from '../../src/core/clock.ts';
import { codeOf } from './engine-compliance.ts';
import { addExpert, residentsAlone, roomFor, tempDir } from './fixture.ts';

test('sound ones are listed, unsound ones say what is wrong and where', () => {
  const { dir, remove } = tempDir();
  addExpert(dir, 'good');
  addExpert(dir, 'wrong-size', { sizeBytes: 5 });
  addExpert(dir, 'no-grammar', { grammar: 'absent.gbnf' });
  addExpert(dir, 'escape', { file: '../good/weights.gguf' });
  addExpert(dir, 'liar', { id: 'good' });
  addExpert(dir, 'extra', { surprise: 1 });
  writeFileSync(join(addExpert(dir, 'broken-json'), 'expert.json'), '{');
  const noModel = addExpert(dir, 'no-model', { sizeBytes: 7 });
  writeFileSync(join(noModel, 'weights.gguf'), 'GGUF\0\0\0');
  const why = Object.fromEntries(scanExperts([dir]).map((e) => [e.id, e.unsound]));
  assert.is(why.good, undefined);
  assert.match(why['wrong-size']!, /weights\.gguf: \d+ bytes, expert\.json says 5/);
  assert.match(why['no-grammar']!, /absent\.gbnf/);
  assert.match(why.escape!, /file: a plain file name/);
  assert.match(why.liar!, /"id" in its expert.json is "good"/);
  assert.match(why.extra!, /surprise/);
  assert.match(why['broken-json']!, /JSON/);
  assert.match(why['no-model']!, /the file ends inside the version/);
  remove();
});

test('an installed expert never takes the place of a shipped one; an absent directory is no fault', () => {
  const shipped = tempDir();
  const home = tempDir();
  addExpert(shipped.dir, 'faults', { title: 'shipped' });
  addExpert(home.dir, 'faults', { title: 'installed' });
  addExpert(home.dir, 'mine');
  const found = scanExperts([shipped.dir, join(home.dir, 'absent'), home.dir]);
  assert.equal(
    found.map((e) => [e.id, e.fact?.title]),
    [
      ['faults', 'shipped'],
      ['mine', 'Expert mine'],
    ],
  );
  shipped.remove();
  home.remove();
});

test('weights that do not match their hash are never loaded', async () => {
  const { dir, remove } = tempDir();
  const changed = addExpert(dir, 'changed', { sha256: '0'.repeat(64) });
  const [expert] = scanExperts([dir]);
  assert.is(expert!.unsound, undefined, 'the header is sound: the hash is checked at the load');
  assert.is(await codeOf(verifiedSpec(expert!)), 'MODEL_INVALID');
  const engine = createEchoEngine();
  let loads = 0;
  const load: typeof engine.load = (spec) => {
    loads++;
    return engine.load(spec);
  };
  const residents = residentsAlone([expert!], () => ({ ...engine, load }), roomFor(2 ** 30), systemClock);
  assert.is(await codeOf(residents.use('changed')), 'MODEL_INVALID');
  assert.match(residents.fault('changed')!, `${changed}/weights.gguf: sha256 is`);
  assert.is(loads, 0, 'native code never saw it');
  assert.is(await codeOf(residents.use('absent')), 'EXPERT_UNKNOWN');
  remove();
});

test('loaded once however many ask; the least recently used makes room; one in use stays', async () => {
  const { dir, remove } = tempDir();
  for (const id of ['a', 'b', 'c']) addExpert(dir, id);
  const engine = createEchoEngine();
  let loads = 0;
  let unloads = 0;
  const counting = {
    ...engine,
    load: async (spec: Parameters<typeof engine.load>[0]) => {
      loads++;
      const model = await engine.load(spec);
      return { ...model, unload: async () => void unloads++ };
    },
  };
  // Room for two, by the fixed cost of a model.
  const residents = residentsAlone(scanExperts([dir]), () => counting, roomFor(30 * 2 ** 20), systemClock);
  const [first] = await Promise.all([residents.use('a'), residents.use('a').then((u) => u.release())]);
  assert.is(loads, 1);
  (await residents.use('b')).release();
  (await residents.use('c')).release();
  assert.equal([residents.resident('a'), residents.resident('b'), residents.resident('c')], [true, false, true]);
  const held = await residents.use('c');
  const impatient = new AbortController();
  const gone = residents.use('b', impatient.signal).catch((error: Error) => error.message);
  const patient = residents.use('b');
  impatient.abort(new Error('gave up'));
  assert.is(await gone, 'gave up');
  assert.not(residents.resident('b'), 'both others are in use: it waits');
  assert.is(await codeOf(residents.unload('b')), 'BUSY', 'who is waited for is not sent away');
  assert.is(await codeOf(residents.unload('c')), 'BUSY');
  first.release();
  (await patient).release();
  assert.equal([residents.resident('a'), residents.resident('b')], [false, true]);
  held.release();
  await residents.close();
  assert.equal([loads, unloads], [4, 4]);
  remove();
});

test('filler lines: held-out text first, then examples, then the description', () => {
  const { dir, remove } = tempDir();
  addExpert(dir, 'a', { examples: ['why is the flow low?', 'Fehler F16'] });
  const held = addExpert(dir, 'b');
  writeFileSync(join(held, 'heldout.txt'), 'a held-out question\tits answer\n\n \n');
  appendFileSync(join(held, 'heldout.txt'), 'another held-out line\n');
  addExpert(dir, 'c');
  const [a, b, c] = scanExperts([dir]).map(fillerLines);
  assert.equal(a, ['why is the flow low?', 'Fehler F16']);
  assert.equal(b, ['a held-out question\nits answer', 'another held-out line']);
  assert.is(c!.length, 1);
  remove();
});

test('pipes, links, directories and long files in place of a text are refused at once', () => {
  const { dir, remove } = tempDir();
  const grammar = 'g.gbnf';
  const fifo = (file: string) => execFileSync('mkfifo', [file]);
  const piped = join(addExpert(dir, 'piped'), 'expert.json');
  rmSync(piped);
  fifo(piped);
  fifo(join(addExpert(dir, 'piped-grammar', { grammar }), grammar));
  mkdirSync(join(addExpert(dir, 'folder', { grammar }), grammar));
  symlinkSync('/dev/zero', join(addExpert(dir, 'link', { grammar }), grammar));
  writeFileSync(join(addExpert(dir, 'long', { grammar }), grammar), 'x'.repeat(256_001));
  writeFileSync(join(addExpert(dir, 'sound', { grammar }), grammar), 'root ::= "ü"');
  fifo(join(addExpert(dir, 'sound-filler'), 'heldout.txt'));
  const startedMs = performance.now();
  const found = scanExperts([dir]);
  const of = (id: string) => found.find((e) => e.id === id)!;
  assert.match(of('piped').unsound!, /expert\.json: not a plain file/);
  assert.match(of('piped-grammar').unsound!, /g\.gbnf: not a plain file/);
  assert.match(of('folder').unsound!, /g\.gbnf: not a plain file/);
  assert.match(of('link').unsound!, /ELOOP/);
  assert.match(of('long').unsound!, /256001 bytes, more than 256000/);
  assert.is(of('sound').grammar, 'root ::= "ü"');
  assert.is(fillerLines(of('sound-filler')).length, 1, 'the description');
  assert.ok(performance.now() - startedMs < 2000);
  remove();
});

test('a grammar that nests too deep is unsound; parentheses that only look so do not count', () => {
  const nested = (depth: number) => `root ::= ${'('.repeat(depth)}"a"${')'.repeat(depth)}`;
  const { dir, remove } = tempDir();
  for (const depth of [64, 65, 120_000])
    writeFileSync(join(addExpert(dir, `deep-${depth}`, { grammar: 'g.gbnf' }), 'g.gbnf'), nested(depth));
  const why = Object.fromEntries(scanExperts([dir]).map((e) => [e.id, e.unsound]));
  assert.is(why['deep-64'], undefined);
  assert.match(why['deep-65']!, /g\.gbnf: grammar nests too deep/);
  assert.match(why['deep-120000']!, /g\.gbnf: grammar nests too deep/);
  remove();
  for (const [depth, grammar] of [
    [1, 'root ::= "((\\"((" [(("\\]((] <((> # ((("\n ("a")'],
    [2, 'root ::= # "\r ( [a] ("b"))'],
    [1, 'root ::= ("a") ("b") ("c")'],
    [2, 'root ::= )) (("a"))'],
  ] as const)
    assert.is(grammarDepth(grammar), depth, grammar);
});

test.run();

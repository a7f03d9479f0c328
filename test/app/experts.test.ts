/** `heatmine experts`: pull over bad lines, manifests that were tampered with, fit, eval, rm, and a unit that notices. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { progressLine } from '../../src/app/experts/progress.ts';
import { urlOf } from '../../src/app/experts/pull.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import { canonical, readManifest } from '../../src/core/manifest.ts';
import { tempDir } from '../compute/fixture.ts';
import { soundSpec, writeGguf } from '../compute/gguf-writer.ts';
import { heatmine } from './run-experts.ts';
import { type Shop, shop } from './shop.ts';

async function withHome(body: (home: string, web: Shop) => Promise<void>): Promise<void> {
  const { dir, remove } = tempDir();
  for (const name of ['models', 'keys', 'state']) mkdirSync(join(dir, name));
  const web = await shop();
  await body(dir, web).finally(() => {
    web.close();
    remove();
  });
}

const CHATML = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n'}}{% endfor %}";
function model(): Buffer {
  const spec = soundSpec();
  spec.metadata.push(['general.name', { text: 'Tiny Talker' }], ['general.license', { text: 'mit' }]);
  spec.metadata.push(['tokenizer.chat_template', { text: CHATML }]);
  return writeGguf(spec);
}

test('two pulls of one name: one brings it, the other is refused, and what a dead one held is free', async () => {
  await withHome(async (home, web) => {
    web.files.set('/one.gguf', model());
    writeFileSync(join(home, 'models', '.x.pull'), '999999999');
    const pull = () => heatmine(home, 'pull', `${web.url}/one.gguf`, '--id', 'x');
    const both = await Promise.all([pull(), pull()]);
    assert.equal(both.map(({ code }) => code).sort(), [0, 2]);
    assert.match(both.find(({ error }) => error)!.error!.message, /is being brought already, by process/);
    assert.match((await pull()).error!.message, /there is an expert "x" already/);
    assert.match((await heatmine(home, 'pull', `${web.url}/one.gguf`, '--id', 'faults')).error!.message, /already/);
    assert.is((await heatmine(home, 'pull', `${web.url}/absent.gguf`, '--id', 'y')).code, 2);
    assert.equal(readdirSync(join(home, 'models')), ['x'], 'nothing is left of what did not come');
    assert.match((await heatmine(home, 'pull', `${web.url}/one.gguf`, '--id', 'auto')).error!.message, /auto asks for/);
  });
});

test('pull: checks the file, takes name, licence and chat format from it, and it is an expert', async () => {
  await withHome(async (home, web) => {
    web.files.set('/a/Tiny-Talker.Q8_0.gguf', model());
    const { code, out } = await heatmine(home, 'pull', `${web.url}/a/Tiny-Talker.Q8_0.gguf`);
    assert.equal([code, out.split(':')[0]], [0, 'tiny-talker-q8-0']);
    const [expert] = scanExperts([join(home, 'models')]);
    assert.is(expert!.unsound, undefined);
    const fact = expert!.fact!;
    assert.equal([fact.title, fact.licence], ['Tiny Talker', 'mit']);
    assert.equal(fact.engine === 'llama' && [fact.prompt.chat, fact.contextTokens], ['chatml', 128]);
    assert.is((await heatmine(home, 'pull', `${web.url}/a/Tiny-Talker.Q8_0.gguf`)).error?.code, 'USAGE', 'taken');
    assert.is((await heatmine(home, 'rm', 'tiny-talker-q8-0')).code, 0);
    assert.is(scanExperts([join(home, 'models')]).length, 0);
    assert.is((await heatmine(home, 'rm', 'faults')).error?.code, 'USAGE', 'shipped ones stay');
  });
});

test('pull refuses what is no model, another hash, a missing file and plain http', async () => {
  await withHome(async (home, web) => {
    web.files.set('/evil.gguf', Buffer.from('#!/bin/sh\nrm -rf /\n'.repeat(100)));
    web.files.set('/cut.gguf', model().subarray(0, 700));
    web.files.set('/ok.gguf', model());
    const code = async (...args: string[]) => (await heatmine(home, 'pull', ...args)).error?.code;
    assert.is(await code(`${web.url}/evil.gguf`), 'MODEL_INVALID');
    assert.is(await code(`${web.url}/cut.gguf`), 'MODEL_INVALID');
    assert.is(await code(`${web.url}/ok.gguf`, '--sha256', 'a'.repeat(64)), 'MODEL_INVALID');
    assert.is(await code(`${web.url}/absent.gguf`), 'MODEL_INVALID');
    assert.is(await code('http://example.com/x.gguf'), 'USAGE');
    assert.is(await code('ftp://example.com/x.gguf'), 'USAGE');
    assert.is(await code(`${web.url}/ok.gguf`, '--id', '../../x'), 'USAGE');
    assert.is(scanExperts([join(home, 'models')]).length, 0);
    assert.is(urlOf('hf:o/r:d/f.gguf'), 'https://huggingface.co/o/r/resolve/main/d/f.gguf');
    assert.throws(() => urlOf('hf:nonsense'), /OWNER\/REPO:FILE/);
    assert.is(urlOf('./file.gguf'), undefined);
  });
});

/** An expert as its maker has it: words and weights. */
function made(home: string): string {
  const dir = join(home, 'made', 'pumps');
  mkdirSync(dir, { recursive: true });
  const bytes = model();
  writeFileSync(join(dir, 'w.gguf'), bytes);
  writeFileSync(join(dir, 'g.gbnf'), 'root ::= "yes" | "no"');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const expert = {
    ...{ id: 'pumps', title: 'Pumps', description: 'knows pumps', topics: ['heatpump/pumps'], licence: 'CC-BY-4.0' },
    ...{ engine: 'llama', file: 'w.gguf', sha256, sizeBytes: bytes.length, parents: ['ancestor'], contextTokens: 64 },
    ...{ prompt: { prefix: '', suffix: '' }, stop: [], maxTokens: 8, grammar: 'g.gbnf', temperature: 0 },
    ...{ priceEurPerMtoken: 1.5, royaltyPct: 10 },
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
  return dir;
}

test('publish and pull: what was signed arrives; one changed byte of words or weights does not', async () => {
  await withHome(async (home, web) => {
    const dir = made(home);
    const nowhere = await heatmine(home, 'publish', join(dir, 'nowhere'));
    assert.is(nowhere.code, 2);
    assert.match(nowhere.error!.message, 'holds no expert.json');
    assert.is((await heatmine(home, 'publish', dir)).code, 0);
    assert.is(statSync(join(home, 'keys', 'maker.pem')).mode & 0o777, 0o600);
    const text = readFileSync(join(dir, 'manifest.json'), 'utf8');
    const manifest = readManifest(text, 'x');
    assert.equal([manifest.expert.royaltyPct, manifest.expert.priceEurPerMtoken], [10, 1.5]);
    const put = (name: string, bytes: Buffer) => web.files.set(`/p/${name}`, bytes);
    for (const name of ['manifest.json', 'w.gguf', 'g.gbnf']) put(name, readFileSync(join(dir, name)));
    const pull = () => heatmine(home, 'pull', `${web.url}/p/manifest.json`);
    const weights = Buffer.from(web.files.get('/p/w.gguf')!);
    weights[weights.length - 1]! ^= 1;
    put('w.gguf', weights);
    assert.match((await pull()).error!.message, /sha256/);
    put('w.gguf', model());
    for (const change of [
      (m: Record<string, never>) => Object.assign(m.expert!, { priceEurPerMtoken: 0 }),
      (m: Record<string, never>) => Object.assign(m, { maker: 'b'.repeat(64) }),
      (m: Record<string, never>) => Object.assign(m.files![0]!, { name: 'x.gguf' }),
    ]) {
      const forged = JSON.parse(text) as Record<string, never>;
      change(forged);
      put('manifest.json', Buffer.from(JSON.stringify(forged)));
      assert.is((await pull()).error?.code, 'MODEL_INVALID');
    }
    assert.is(scanExperts([join(home, 'models')]).length, 0);
    put('manifest.json', Buffer.from(text));
    assert.is((await pull()).code, 0);
    const [expert] = scanExperts([join(home, 'models')]);
    assert.equal([expert!.id, expert!.unsound, expert!.grammar], ['pumps', undefined, 'root ::= "yes" | "no"']);
    assert.is((await heatmine(home, 'pull', dir, '--id', 'mine')).code, 0, 'from a directory');
    assert.is(basename(scanExperts([join(home, 'models')])[0]!.dir), 'mine');
  });
});

test('the signed text does not depend on the order of keys', () => {
  assert.is(canonical({ b: [1, { d: null, c: 'ü' }], a: undefined }), '{"b":[1,{"c":"ü","d":null}]}');
});

test('fit: by context length, on the memory of this box or the accelerators given', async () => {
  await withHome(async (home) => {
    const file = join(home, 'm.gguf');
    writeFileSync(file, model());
    const rows = JSON.parse((await heatmine(home, 'fit', file, '--json')).out) as {
      verdict: string;
      totalBytes: number;
    }[];
    assert.ok(rows.length === 1 && rows[0]!.verdict === 'fits');
    const tiny = rows[0]!.totalBytes / 1e9;
    const verdict = async (vram: string) => {
      const { code, out } = await heatmine(home, 'fit', file, '--vram', vram, '--json');
      return [code, JSON.parse(out)[0].verdict];
    };
    assert.equal(await verdict(`${tiny * 0.6},${tiny * 0.6}`), [0, 'split']);
    assert.equal(await verdict(`${tiny * 0.1}`), [1, 'no']);
    assert.is((await heatmine(home, 'fit', file, '--vram', 'much')).error?.code, 'USAGE');
  });
});

test('eval scores held-out lines in a process of its own', async () => {
  await withHome(async (home) => {
    const lines = join(home, 'lines.txt');
    writeFileSync(lines, 'fault: why is my flow too low?\nfault: the pump does not run\n');
    const { code, out } = await heatmine(home, 'eval', 'faults', '--lines', lines, '--json');
    const { perplexity, tokens } = JSON.parse(out) as { perplexity: number; tokens: number };
    assert.ok(code === 0 && perplexity > 1 && perplexity < 2000 && tokens > 10, out);
    assert.is((await heatmine(home, 'eval', 'classifier')).error?.code, 'EXPERT_UNKNOWN');
  });
});

test('ls without a unit shows what is on the disk; ps wants one', async () => {
  await withHome(async (home) => {
    cpSync(made(home), join(home, 'models', 'pumps'), { recursive: true });
    const { out } = await heatmine(home, 'ls');
    assert.match(out, /^faults .*on disk/m);
    assert.match(out, /^pumps .*not tested$/m);
    assert.is((await heatmine(home, 'ps')).error?.code, 'NOT_RUNNING');
    assert.is((await heatmine(home, 'nonsense')).error?.code, 'USAGE');
  });
});

test('the bar says how much, how fast and how long', () => {
  const line = progressLine('x', 5e8, 2e9, 1e7);
  assert.is(line, 'x  [######..................] 25 %  500.0 MB of 2.00 GB  10.0 MB/s  2:30 left');
  assert.is(progressLine('x', 5e6, undefined, 0), 'x  5.0 MB  0.0 MB/s');
});

test.run();

/** `experts publish` and `experts pull NAME` in processes of their own, over a node that gives weights. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { soundSpec, writeGguf } from '../compute/gguf-writer.ts';
import { scratch, until } from '../net/helpers.ts';
import { type EchoNode, eventually, testSwarm } from '../net/swarm/swarm.ts';

const LIMIT_MS = 120_000;
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const TENSOR_BYTES = 4 * 2 ** 20;

interface Running {
  child: ChildProcess;
  out(): string;
  err(): string;
  end: Promise<number | null>;
}
function start(...args: string[]): Running {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  let [out, err] = ['', ''];
  child.stdout!.on('data', (data) => (out += data));
  child.stderr!.on('data', (data) => (err += data));
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, end };
}
async function heatmine(...args: string[]) {
  const run = start(...args);
  return { code: await run.end, out: run.out(), err: run.err() };
}

const swarm = testSwarm();
const homes = scratch();
let node: EchoNode;
test.before(async () => {
  node = await swarm.node({ weights: { seed: true, upKBps: 700 } });
});
test.after(async () => {
  await swarm.end();
  homes.remove();
});

function made(id: string): string {
  const dir = join(homes.dir, `made-${id}`, id);
  mkdirSync(dir, { recursive: true });
  const spec = soundSpec();
  spec.tensors.push({ name: 'more.weight', dims: [1024, 1024], type: 0, bytes: TENSOR_BYTES });
  const bytes = writeGguf(spec);
  writeFileSync(join(dir, 'w.gguf'), bytes);
  writeFileSync(join(dir, 'g.gbnf'), 'root ::= "yes" | "no"');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const expert = {
    ...{ id, title: 'Pumps', description: 'knows pumps', topics: ['heatpump/pumps'], licence: 'CC-BY-4.0' },
    ...{ engine: 'llama', file: 'w.gguf', sha256, sizeBytes: bytes.length, parents: ['ancestor'], contextTokens: 64 },
    ...{ prompt: { prefix: '', suffix: '' }, stop: [], maxTokens: 8, grammar: 'g.gbnf', temperature: 0 },
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
  return dir;
}

function homeOf(swarmConfig: object): string {
  const home = join(homes.dir, `h${readdirSync(homes.dir).length}`);
  mkdirSync(home);
  writeFileSync(join(home, 'config.yaml'), JSON.stringify({ swarm: { join: true, lan: false, ...swarmConfig } }));
  return home;
}

async function publish(dir: string) {
  writeFileSync(join(node.home, 'config.yaml'), JSON.stringify({ swarm: { join: true, weights: { seed: true } } }));
  mkdirSync(join(node.home, 'keys'), { recursive: true });
  return heatmine('experts', 'publish', dir, '--home', node.home);
}

test('publish offers it; pull NAME survives SIGKILL and goes on; ls says where it came from', async () => {
  const dir = made('pumps');
  const published = await publish(dir);
  assert.is(published.code, 0, published.err);
  assert.match(published.err, 'offered to the swarm');
  const home = homeOf({ bootstrap: [`127.0.0.1:${node.port}`] });
  const pull = () => start('experts', 'pull', 'pumps', '--home', home);

  // A node announces what was published a moment later; until then a pull ends with a refusal.
  const first = await eventually(async () => {
    const run = pull();
    await until('a part or an end', () => / [2-9]\d %/.test(run.err()) || run.child.exitCode !== null, LIMIT_MS);
    assert.is(run.child.exitCode, null, run.err());
    return run;
  }, LIMIT_MS);
  first.child.kill('SIGKILL');
  await first.end;
  const [incoming] = readdirSync(join(home, 'models', '.incoming'));
  assert.ok(existsSync(join(home, 'models', '.incoming', incoming!, 'w.gguf.part')));
  assert.not.ok(existsSync(join(home, 'models', 'pumps', 'expert.json')));

  const second = pull();
  assert.is(await second.end, 0, second.err());
  const firstPct = Number(/ (\d+) %/.exec(second.err())![1]);
  assert.ok(firstPct >= 10, `it began at ${firstPct} %`);
  assert.match(second.err(), 'made from ancestor');
  assert.match(second.out(), /^pumps: served/);
  assert.ok(readFileSync(join(home, 'models', 'pumps', 'w.gguf')).equals(readFileSync(join(dir, 'w.gguf'))));
  assert.equal(readdirSync(join(home, 'models', '.incoming')), []);
  const { out } = await heatmine('experts', 'ls', '--home', home);
  assert.match(out, /^pumps .*Pumps \(from ancestor\); pulled from 1 node of the swarm; not tested$/m);
  assert.match(out, /^faults .*ships with HeatMine/m);

  const taken = await heatmine('experts', 'pull', 'pumps', '--home', home);
  assert.is(taken.code, 2);
  assert.match(taken.err, 'USAGE: there is an expert "pumps" already');
  const byTopic = await heatmine('experts', 'pull', 'topic:heatpump/pumps', '--id', 'mine', '--home', home, '--json');
  assert.equal([byTopic.code, byTopic.out.trim()], [0, '{"id":"mine"}'], byTopic.err);
});

test('a name that nobody gives, and one that two makers have', async () => {
  const home = homeOf({ bootstrap: [`127.0.0.1:${node.port}`] });
  const nobody = await heatmine('experts', 'pull', 'pears', '--home', home);
  assert.is(nobody.code, 2);
  assert.match(nobody.err, 'EXPERT_UNKNOWN: no node in the swarm gives "pears"');

  const other = await swarm.node({ bootstrap: [`127.0.0.1:${node.port}`], weights: { seed: true } });
  const mine = await publish(made('plums'));
  assert.is(mine.code, 0, mine.err);
  const theirs = made('plums-b');
  writeFileSync(
    join(theirs, 'expert.json'),
    readFileSync(join(theirs, 'expert.json'), 'utf8').replace('plums-b', 'plums'),
  );
  mkdirSync(join(other.home, 'models'));
  mkdirSync(join(other.home, 'keys'), { recursive: true });
  const at = join(homes.dir, 'theirs', 'plums');
  mkdirSync(join(at, '..'));
  renameSync(theirs, at);
  assert.is((await heatmine('experts', 'publish', at, '--home', other.home)).code, 0);
  const makers = await eventually(async () => {
    const fresh = homeOf({ bootstrap: [`127.0.0.1:${node.port}`] });
    const several = await heatmine('experts', 'pull', 'plums', '--home', fresh);
    assert.match(several.err, /USAGE: several experts answer to "plums"/);
    return [...several.err.matchAll(/plums by ([0-9a-f]{16})/g)].map(([, maker]) => maker!);
  }, LIMIT_MS);
  assert.is(new Set(makers).size, 2);
  const chosen = await heatmine('experts', 'pull', 'plums', '--maker', makers[1]!, '--home', home);
  assert.is(chosen.code, 0, chosen.err);
  assert.match(chosen.err, `signed by ${makers[1]}`);
});

test.run();

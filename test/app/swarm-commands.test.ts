import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notHere } from '../../src/app/served.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { Config } from '../../src/core/config.ts';
import { pathsOf } from '../../src/core/paths.ts';
import { printable } from '../../src/core/printable.ts';
import { readInvite } from '../../src/net/swarm/invite.ts';
import { freePort, sleep } from '../net/helpers.ts';
import { freeBase } from './free-base.ts';

const LIMIT_MS = 120_000;
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const homes = mkdtempSync(join(tmpdir(), 'hm-swarm-'));
const homeWith = (config?: string) => {
  const home = mkdtempSync(join(homes, 'h-'));
  if (config !== undefined) writeFileSync(join(home, 'config.yaml'), config);
  return home;
};
const configOf = (home: string) => readFileSync(join(home, 'config.yaml'), 'utf8');

interface Said {
  status: number | null;
  stdout: string;
  stderr: string;
}
/** The command in a process of its own. */
function heatmine(...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  const said: Said = { status: null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  return new Promise((resolve) => child.once('close', (status) => resolve({ ...said, status })));
}

/** Could not be done as asked: one line that says what, one how to mend it, no trace of the program. */
function refused({ status, stdout, stderr }: Said, code: string, what: string | RegExp): void {
  assert.is(status, 2, stderr);
  assert.is(stdout, '');
  assert.match(stderr, new RegExp(`^${code}: [^\\n]+\\n {2}-> [^\\n]+\\n$`));
  assert.match(stderr, what);
}

/** A line as another program might write it. */
const lineOf = (content: unknown) => `heatmine:1:${Buffer.from(JSON.stringify(content)).toString('base64url')}`;
const JOINED = 'swarm:\n  join: true\n';
/** More than electricity ever makes it. */
const PAYING = ['--max-price', '1000000000'];
const SERVING = `${JOINED}  serve:\n    accept: [power, liability, tax]\n    experts: [faults, gone]\n`;

let unit: SpawnedUnit;
let portBase: number;
test.before(async () => {
  portBase = await freeBase();
  unit = spawnUnit({ portBase, args: ['--speed', '20'], config: SERVING });
});
test.after(async () => {
  await unit.stop();
  rmSync(homes, { recursive: true, force: true });
});

test('one home lets another in; that one lists it and asks its expert', async () => {
  await unit.until((state) => state.compute !== null, LIMIT_MS);
  // By the ports of the unit that runs there, whatever config.yaml says.
  const invited = await heatmine('invite', '--home', unit.home);
  assert.is(invited.status, 0, invited.stderr);
  assert.match(invited.stdout, /^heatmine:1:[A-Za-z0-9_-]+\n$/);
  assert.match(invited.stderr, 'loopback');

  const home = homeWith('# mine\nunit: bee # keep\n');
  const joined = await heatmine('join', invited.stdout.trim(), '--home', home);
  assert.is(joined.status, 0, joined.stderr);
  assert.match(joined.stdout, '1 DHT nodes and 0 relays');
  assert.match(joined.stderr, 'join --serve');
  assert.match(configOf(home), /^# mine\nunit: bee # keep\nswarm:\n {2}join: true\n/);
  await heatmine('join', invited.stdout.trim(), '--home', home);
  assert.is(configOf(home).split(`127.0.0.1:${portBase + 3}`).length, 2, 'known once');

  const endMs = performance.now() + LIMIT_MS;
  let peers = await heatmine('peers', '--home', home);
  // Its announcement may still be under way.
  while (peers.status === 1 && performance.now() < endMs) {
    await sleep(200);
    peers = await heatmine('peers', '--home', home);
  }
  assert.is(peers.status, 0, peers.stderr);
  const pattern = new RegExp(
    `^([\\w-]{43}) {2}ws://127\\.0\\.0\\.1:${portBase + 3} {2}faults \\(heating; \\d+ µcr/Mtok\\)(, free watts now)?\\n$`,
  );
  assert.match(peers.stdout, pattern);
  const [, key] = pattern.exec(peers.stdout)!;

  const asked = await heatmine('ask', '--swarm', '--direct', ...PAYING, 'why is my flow too low?', '--home', home);
  assert.is(asked.status, 0, asked.stderr);
  assert.match(asked.stdout, /flow/i);
  assert.match(asked.stderr, 'sees your address and your question');
  assert.match(asked.stderr, `[faults of ${key}]`);
  assert.match(asked.stderr, /\[\d+ tokens, [\d.]+ Wh modelled there, by /);

  // A question that is another's, to the expert that was named, and one to an expert that nobody has.
  const named = (id: string) =>
    heatmine(
      'ask',
      '--swarm',
      '--direct',
      ...PAYING,
      '--json',
      '--expert',
      id,
      'how many inches is a metre?',
      '--home',
      home,
    );
  const [asData, nobody, own] = await Promise.all([named('faults'), named('gone'), named('status')]);
  assert.is(nobody!.status, 2);
  const { code, message } = JSON.parse(nobody!.stdout).error;
  assert.is(code, 'NOT_OFFERED');
  assert.match(message, 'gives the expert "gone"');
  assert.is(JSON.parse(own!.stdout).error.code, 'USAGE');
  assert.is(asData!.status, 0, asData!.stderr);
  const { text, meter, node } = JSON.parse(asData!.stdout);
  assert.ok(text.length > 10, 'the answer itself');
  assert.is(node, key);
  assert.is(meter.expert, 'faults');
  assert.ok(meter.answerTokens > 0 && meter.joules > 0);
});

test('who takes part alone is told so: its own node is no other, to list or to ask', async () => {
  const own = await heatmine('peers', '--home', unit.home);
  assert.is(own.status, 1, own.stdout);
  assert.match(own.stderr, 'No other node answers');
  assert.is((await heatmine('experts', 'search', '--home', unit.home)).stdout, '');
  const asked = await heatmine('ask', '--swarm', '--direct', ...PAYING, 'why is my flow too low?', '--home', unit.home);
  refused({ ...asked, stderr: asked.stderr.replace(/^direct: .*\n/, '') }, 'NOBODY_THERE', 'no node answers');
});

test('an expert that is offered and not here is told of by status and doctor, with how to mend it', async () => {
  await unit.until((state) => state.compute !== null, LIMIT_MS);
  const commands = [['status'], ['doctor', '--json']].map((args) => heatmine(...args, '--home', unit.home));
  const [status, doctor] = await Promise.all(commands);
  const text = /swarm\.serve\.experts names gone, not here .*experts pull/;
  assert.match(status!.stdout, text);
  const found = JSON.parse(doctor!.stdout) as { level: string; what: string; text: string }[];
  const served = found.filter(({ what }) => what === 'served');
  assert.is(served.length, 1, doctor!.stderr);
  assert.is(served[0]!.level, 'WARN');
  assert.match(served[0]!.text, text);
  const offering = (...experts: string[]) =>
    Config.parse({ swarm: { join: true, serve: { accept: ['power', 'liability', 'tax'], experts } } });
  const stopped = pathsOf(homeWith());
  // What an upstream has nobody knows while nothing runs; the classifier answers no questions.
  const named = offering('faults', 'absent', 'classifier', 'upstream:m');
  assert.equal(await notHere(stopped, named), ['absent', 'classifier']);
  assert.equal(await notHere(stopped, Config.parse({})), []);
});

test('with nobody there: what can be done about it', async () => {
  const home = homeWith();
  // Whoever made this line has gone.
  const gone = lineOf({ b: [`127.0.0.1:${await freePort()}`], r: [] });
  assert.is((await heatmine('join', gone, '--home', home)).status, 0);
  const peers = await heatmine('peers', '--home', home);
  assert.is(peers.status, 1, peers.stderr);
  assert.is(peers.stdout, '');
  assert.match(peers.stderr, 'heatmine join LINE');
  assert.equal(JSON.parse((await heatmine('peers', '--json', '--home', home)).stdout), []);
  const { stdout, ...asked } = await heatmine('ask', '--swarm', '--direct', '--json', 'anybody?', '--home', home);
  refused({ ...asked, stdout: '' }, 'NOBODY_THERE', 'heatmine join LINE');
  const { error } = JSON.parse(stdout);
  assert.is(error.code, 'NOBODY_THERE');
  assert.match(error.remedy, 'heatmine join LINE');
});

test('a line that is cut, foreign, too long or names nobody is refused, and nothing is written', async () => {
  const key = 'A'.repeat(43);
  const whole = lineOf({ b: ['192.0.2.1:8703'], r: [] });
  const wrong = [
    'hello',
    'heatmine:1:',
    'heatmine:2:e30',
    whole.slice(0, -9),
    `heatmine:1:${'A'.repeat(5000)}`,
    lineOf(null),
    lineOf({}),
    lineOf({ b: [], r: [] }),
    lineOf({ b: ['host:99999'], r: [] }),
    lineOf({ b: ['a b:1'], r: [] }),
    lineOf({ b: Array(200).fill('192.0.2.1:1'), r: [] }),
    lineOf({ b: ['192.0.2.1:1'], r: [[key, 'ws://:']] }),
    lineOf({ b: ['192.0.2.1:1'], r: [[key, 'http://192.0.2.1']] }),
    lineOf({ b: ['192.0.2.1:1'], r: [['short', 'ws://192.0.2.1:1']] }),
    lineOf({ b: ['192.0.2.1:1'], r: [7] }),
  ];
  const before = 'unit: bee\n';
  const home = homeWith(before);
  for (const line of wrong) {
    const code = (error: { code?: string; message: string }) => error.code === 'USAGE' && error.message.length < 200;
    assert.throws(() => readInvite(line), code as never, line.slice(0, 60));
  }
  const lines = [wrong[3]!, wrong[4]!, wrong[11]!].map((line) => heatmine('join', line, '--home', home));
  const none = heatmine('join', '--home', home);
  for (const said of await Promise.all(lines)) refused(said, 'USAGE', 'join --help');
  refused(await none, 'USAGE', 'heatmine invite');
  assert.is(configOf(home), before);
});

test('a configuration that is missing or broken is named, not joined', async () => {
  const line = lineOf({ b: ['192.0.2.1:8703'], r: [] });
  const broken = ['swarm: [\n', '- a\n', 'swarm:\n', 'swarm: {relays: 3}\n'].map(async (config) => {
    const home = homeWith(config);
    refused(await heatmine('join', line, '--home', home), 'CONFIG_INVALID', 'config.yaml');
    assert.is(configOf(home), config);
  });
  await Promise.all(broken);
  refused(await heatmine('invite', '--home', homeWith()), 'CONFIG_INVALID', 'swarm.join is off');
  const blind = homeWith(`${JOINED}  host: 0.0.0.0\n`);
  refused(await heatmine('invite', '--home', blind), 'CONFIG_INVALID', 'swarm.urls');
  const deaf = homeWith(`${JOINED}  lan: false\n`);
  refused(await heatmine('peers', '--home', deaf), 'NOBODY_THERE', 'knows no other node');
  const empty = homeWith();
  const joined = await heatmine('join', line, '--home', empty);
  assert.is(joined.status, 0, joined.stderr);
  assert.match(joined.stderr, 'swarm.host: 0.0.0.0');
  assert.match(configOf(empty), '192.0.2.1:8703');
});

test('a line names no address of IPv6 as a DHT node, and both ways in where there are two', async () => {
  const home = homeWith(`${JOINED}  relay: true\n  urls: ['ws://[2001:db8::1]:8703', 'wss://node.example']\n`);
  const { stdout, status, stderr } = await heatmine('invite', '--json', '--home', home, '--port-base', '1200');
  assert.is(status, 0, stderr);
  assert.match(stderr, 'nothing listens on port 1203');
  const { line } = JSON.parse(stdout);
  const { b, r } = JSON.parse(Buffer.from(line.split(':')[2], 'base64url').toString());
  assert.equal(b, ['node.example:1203']);
  assert.match(r[0][0], /^[\w-]{43}$/);
  assert.is(r[0][1], 'ws://[2001:db8::1]:8703');
  assert.is((await heatmine('join', line, '--home', homeWith())).status, 0);
  const drawn = await heatmine('invite', '--qr', '--home', home, '--port-base', '1200');
  assert.is(drawn.stdout.trim(), line, 'the line alone can be piped on');
  assert.match(drawn.stderr, /(?:[▀▄█ ]{20,}\n){10}/);
});

test("a stranger's words do not steer the terminal", () => {
  assert.is(printable('a\u001b[2Jb\u0007\r\nc\td\u009b1mé–\u202ex'), 'a [2Jb  \nc\td 1mé– x');
});

test.run();

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command } from '../../src/app/command.ts';
import { spawnUnit } from '../../src/app/spawn-unit.ts';
import { OWN_TEST, RULES, type Rule } from './docs-rules.ts';
import { freeBase } from './free-base.ts';

/** Every command in the documents, and every example of a `--help`, is run, or named with the reason why not. */
const repo = resolve(import.meta.dirname, '../..');
const ENTRY = join(repo, 'scripts/heatmine.mjs');
/** Several times what the slowest takes on a busy machine. */
const LIMIT_MS = 120_000;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'boards/README.md',
  'models/README.md',
  ...readdirSync(join(repo, 'docs'))
    // Of the protocol: `heatmine seal` there is a label under a signature.
    .filter((f) => f.endsWith('.md') && !f.startsWith('PROTOCOL'))
    .map((f) => `docs/${f}`),
];

/** Lines of code blocks and inline code that call npm or heatmine; `# also: a, b` behind one counts as more of them. */
function shownIn(text: string): string[] {
  const fences = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.split('\n'));
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  const lines = fences.flatMap((line) => {
    const [command = '', comment = ''] = line.split(/\s+# /);
    const also = /^also: (.*)/.exec(comment)?.[1]?.split(', ') ?? [];
    return [...command.split(' && '), ...also.map((a) => `heatmine ${a}`)];
  });
  return [...lines, ...inline.flatMap((code) => code.split(' && '))].filter((c) => /^(npm|heatmine) [a-z]/.test(c));
}

/** The same command is the same text, however it is written. */
const normal = (command: string) =>
  command
    .trim()
    .replace(/^npm run (-s )?heatmine -- |^heatmine /, '')
    .replace(/^npm start -- /, 'run ')
    .replace(/^npm run (-s )?sim -- /, 'sim ')
    .replace(/^npm run (-s )?bench -- /, 'bench -- ');

const commands = new Map<string, string>();
for (const page of pages.filter((p) => !(p in OWN_TEST))) {
  for (const command of shownIn(readFileSync(join(repo, page), 'utf8'))) commands.set(normal(command), page);
}

/** The example of each `--help`; one that begins with somebody else's program has ours in backquotes. */
const EXAMPLES = new Set<string>();
for (const file of readdirSync(join(repo, 'src/app/commands'))) {
  const found = Object.values(await import(join(repo, 'src/app/commands', file))) as Partial<Command>[];
  const [command] = found.filter((each) => each?.example !== undefined);
  assert.ok(command?.name, `${file} has no example`);
  const shown = shownIn(`\`\`\`sh\n${/`(.*)`/.exec(command.example!)?.[1] ?? command.example}\n\`\`\``).map(normal);
  assert.ok(shown.length > 0, `${file}: nothing of ours in ${command.example}`);
  for (const each of shown) {
    EXAMPLES.add(each);
    if (!commands.has(each)) commands.set(each, `${command.name} --help`);
  }
}

/** Only their names are checked. */
const BY_NAME = /^(npm test|bench) -- /;

/** Words as a shell parts them, with quotes. */
const words = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, two, one, bare]) => two ?? one ?? bare!);

interface Ran {
  out: string;
  code: number | null;
}

/** Runs one command; `stopAt` ends it by Ctrl-C once that has been printed. */
function tried(args: string[], env: Record<string, string>, stopAt?: RegExp): Promise<Ran> {
  const child: ChildProcess = spawn(process.execPath, [ENTRY, ...args], {
    cwd: repo,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  const hear = (data: Buffer) => {
    out += `${data}`;
    if (stopAt?.test(out)) child.kill('SIGINT');
  };
  child.stdout!.on('data', hear);
  child.stderr!.on('data', hear);
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  return new Promise((done) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      done({ out, code });
    });
  });
}

test('every command that the documents show has a rule, and every rule a command', () => {
  const missing = [...commands].filter(([c]) => !(c in RULES) && !BY_NAME.test(c));
  assert.equal(missing, [], 'add them to docs-rules.ts');
  assert.ok(EXAMPLES.size >= 25, 'the examples of the help are among them');
  const unused = Object.keys(RULES).filter((c) => !commands.has(c));
  assert.equal(unused, [], 'no document shows them any more');
});

test('test files that a document names exist', () => {
  for (const page of pages)
    for (const [, file] of readFileSync(join(repo, page), 'utf8').matchAll(/`(test\/[\w./-]+\.ts)`/g))
      assert.ok(existsSync(join(repo, file!)), `${page}: ${file}`);
});

test('benches and tests that are named exist', async () => {
  const files = readdirSync(join(repo, 'test'), { recursive: true, encoding: 'utf8' });
  for (const [command, page] of commands) {
    const part = /^npm test -- (\S+)$/.exec(command)?.[1];
    if (part)
      assert.ok(
        files.some((f) => f.endsWith('.test.ts') && f.includes(part)),
        `${page}: ${command}`,
      );
  }
  const { out } = await tried(['bench', 'no-such'], {});
  for (const [command, page] of commands) {
    const name = /^bench -- (\S+)$/.exec(command)?.[1];
    if (name) assert.match(out, new RegExp(`\\b${name}\\b`), `${page}: ${command}`);
  }
  for (const rule of [...Object.values(RULES), ...Object.values(OWN_TEST)]) {
    const file = typeof rule === 'string' ? rule : rule.how === 'exempt' && /^run by test\/(.*)$/.exec(rule.why)?.[1];
    if (file) assert.ok(files.includes(file), `there is no test/${file}`);
  }
});

test('every other command does what it says against a running unit', async () => {
  const unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', '60'] });
  const fresh = mkdtempSync(join(tmpdir(), 'heatmine-docs-'));
  const wrong: string[] = [];
  const check = async (command: string, rule: Exclude<Rule, { how: 'exempt' }>) => {
    const typed = rule.how === 'run' ? (rule.as ?? command) : command;
    const args = words(typed.replace('/var/lib/heatmine', fresh));
    const { out, code } = await tried(args, { HEATMINE_HOME: unit.home }, rule.how === 'begin' ? rule.out : undefined);
    const where = `${commands.get(command)}: ${command} ended with ${code}:\n${out.slice(-600)}`;
    const ended = rule.how === 'begin' || (rule.exits ?? [0]).includes(code!);
    if (!rule.out.test(out) || !ended) wrong.push(where);
  };
  const chosen = (...hows: Rule['how'][]) =>
    Object.entries(RULES).filter(([, r]) => hows.includes(r.how)) as [string, Exclude<Rule, { how: 'exempt' }>][];
  try {
    await unit.until((s) => s.control !== null && s.compute !== null, LIMIT_MS);
    const waiting = chosen('run', 'begin');
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await check(...next);
    };
    await Promise.all([worker(), worker(), worker()]);
    for (const [command, rule] of chosen('change')) await check(command, rule);
    assert.is(wrong.join('\n\n'), '');
  } finally {
    assert.is(await unit.stop(), 0);
    rmSync(fresh, { recursive: true });
  }
});

test.run();

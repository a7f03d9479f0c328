/**
 * The test runner: one process per file, so that a leaked handle or a crash costs one file; a hard limit; a file that
 * ran no test has failed. Suites that want a foreign program or ../shared print `SKIP name: why` and are listed;
 * under CI=true a skip is a failure unless its name is allowed here. Under CI=true a few files that failed run once more at
 * the end, alone: a machine that others share stalls now and then. What passes only then is listed as `unsteady`, to be mended.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const LIMIT_MS = 240_000;
/** A file whose tests have ended but that does not end holds a handle: it has failed, and costs no more than this. */
const AFTERWARDS_MS = 20_000;
/** An emulated machine takes two minutes on two idle cores, and as much more as these are busy. */
const LONGER_MS: Record<string, number> = { 'hal/kernel-pi.test.ts': 480_000, 'app/systemd.test.ts': 480_000 };
/** The kernel of scripts/uml-kernel.sh takes minutes to build and lies outside the repository. */
const ALLOWED_SKIPS = new Set<string>(['kernel-gpio', 'kernel-watchdog']);
/** Run one after the other beside all others: they wait nearly all of their minutes, or reckon without a clock. */
const WAITING = [
  'app/broker-killed.test.ts',
  'app/experts-search.test.ts',
  'app/inputs.test.ts',
  'app/swarm-commands.test.ts',
  'app/swarm-weights.test.ts',
  'hal/kernel-watchdog.test.ts',
  'net/swarm/discovery.test.ts',
  'net/swarm/nodes.test.ts',
  'net/swarm/weights/travel.test.ts',
];
const SUMMARY = /^ {2}Duration: /m;
const RECKONING = /^(contract|control|core|models)\//;
const NO_GPU = { CUDA_VISIBLE_DEVICES: '', GGML_VK_VISIBLE_DEVICES: '' };
const isBeside = (file: string) => WAITING.includes(file) || RECKONING.test(file);
/** More failures than this are no stall. */
const MOST_AGAIN = 3;
const inCi = process.env.CI === 'true';
const root = import.meta.dirname;
const only = process.argv.slice(2);

interface Result {
  passed: number;
  failed: number;
  skips: string[];
  output: string;
  ms: number;
}

function runFile(file: string): Promise<Result> {
  const limitMs = LONGER_MS[relative(root, file)] ?? LIMIT_MS;
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // What the processor computes is the same everywhere; compute/vulkan.test.ts names its device itself.
      env: { ...process.env, ...NO_GPU, HEATMINE_LOG: process.env.HEATMINE_LOG ?? 'silent', FORCE_COLOR: '0' },
    });
    let output = '';
    const killGroup = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // The group has ended by itself.
      }
    };
    const killIn = (ms: number, why: string) =>
      setTimeout(() => {
        output += `\nkilled ${ms / 1000} s after ${why}`;
        killGroup();
      }, ms);
    const timers = [killIn(limitMs, 'its start')];
    const hear = (data: Buffer) => {
      output += data;
      if (timers.length === 1 && SUMMARY.test(output))
        timers.push(killIn(AFTERWARDS_MS, 'its last test: a handle is open'));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code) => {
      timers.forEach(clearTimeout);
      killGroup();
      const total = sum(output, /^ {2}Total: +(\d+)$/gm);
      const passed = sum(output, /^ {2}Passed: +(\d+)$/gm);
      const skips = [...output.matchAll(/^SKIP (.+)$/gm)].map((m) => m[1]!);
      const failed = Math.max(total - passed, code !== 0 || (total === 0 && skips.length === 0) ? 1 : 0);
      resolve({ passed, failed, skips, output, ms: performance.now() - startedMs });
    });
  });
}

const sum = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].reduce((n, m) => n + Number(m[1]), 0);

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((f) => f.endsWith('.test.ts') && (only.length === 0 || only.some((o) => f.includes(o))))
  .sort();

async function run(file: string): Promise<Result> {
  const result = await runFile(join(root, file));
  const note = result.passed === 0 && result.failed > 0 && !/Total:/.test(result.output) ? ' (no test ran)' : '';
  process.stdout.write(
    `${result.failed ? 'FAIL' : 'ok  '} ${file} ${result.passed} passed${note} ${Math.round(result.ms)} ms\n`,
  );
  if (result.failed) process.stdout.write(`${result.output.slice(-6000)}\n`);
  return result;
}

const results = new Map<string, Result>();
const inTurn = async (lane: string[]) => {
  for (const file of lane) results.set(file, await run(file));
};
await Promise.all([inTurn(files.filter((f) => !isBeside(f))), inTurn(files.filter(isBeside))]);
const failures = files.filter((file) => results.get(file)!.failed > 0);
if (inCi && failures.length <= MOST_AGAIN) {
  for (const file of failures) {
    process.stdout.write(`once more, alone: ${file}\n`);
    results.set(file, await run(file));
  }
}
const all = [...results.values()];
for (const file of failures.filter((f) => results.get(f)!.failed === 0)) process.stdout.write(`unsteady: ${file}\n`);
const skips = all.flatMap((r) => r.skips);
for (const skip of skips) process.stdout.write(`skipped: ${skip}\n`);
const refused = inCi ? skips.filter((s) => !ALLOWED_SKIPS.has(s.split(':')[0]!)) : [];
for (const skip of refused) process.stdout.write(`FAIL skip not allowed in CI: ${skip}\n`);
if (files.length === 0) process.stdout.write(`FAIL no test file has ${only.join(' or ')} in its path below test/\n`);
const passed = all.reduce((n, r) => n + r.passed, 0);
const failed = all.reduce((n, r) => n + r.failed, 0) + refused.length + (files.length === 0 ? 1 : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed ? 1 : 0;

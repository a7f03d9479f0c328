/** The owner's command as the last filler: a real process, stopped, let go on and killed. */
import { existsSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startCommand } from '../../src/compute/command.ts';
import { createPower } from '../../src/compute/power.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silent, sleep, tempDir } from './fixture.ts';

/** Far beyond the promised 200 ms: the machine may be busy. */
const LIMIT_MS = 10_000;

async function until(what: string, fact: () => boolean): Promise<number> {
  const startedMs = performance.now();
  while (!fact()) {
    assert.ok(performance.now() - startedMs < LIMIT_MS, what);
    await sleep(5);
  }
  return performance.now() - startedMs;
}

/** As the kernel tells it: R or S while it runs, T when stopped; undefined once it is gone. */
function stateOf(pid: string): string | undefined {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** With watts enough: only questions stop it. */
function onFreeWatts(run: string, questions: () => number) {
  const grant = { watts: 500, fillerW: 500, workW: 500, freeW: 500, reason: { what: '', code: '', text: '' } };
  return startCommand({
    command: { run, powerW: 300 },
    door: { questions, economy: () => ({ active: 0, deferred: 0 }) },
    power: { now: () => grant, onChange() {} },
    work: { owedJ: () => 0 },
    filler: { pace: () => ({ tokensPerS: 0, watts: 0, limit: 'unpaid' }) },
    log: silent,
  });
}

test('it runs on free watts only, stops for a question with all its children, goes on, and dies with compute', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pids');
  const grant = { watts: 500, fillerW: 0, workW: 500, freeW: 0, reason: { what: '', code: '', text: '' } };
  let questions = 0;
  let changed = () => {};
  const command = startCommand({
    command: {
      run: `sleep 1000 & echo "$$ $! $HEATMINE_WATTS" > ${file}.new; mv ${file}.new ${file}; wait`,
      powerW: 300,
    },
    door: { questions: () => questions, economy: () => ({ active: 0, deferred: 2 }) },
    power: {
      now: () => grant,
      onChange: (listener) => {
        changed = listener;
      },
    },
    work: { owedJ: () => 0 },
    filler: { pace: () => ({ tokensPerS: 10, watts: 100, limit: 'cpu' }) },
    log: silent,
  });
  try {
    assert.is(command.wantW(), 300);
    grant.freeW = 399;
    await sleep(400);
    assert.is(existsSync(file), false, 'scoring takes 100 W: 299 W are too few');
    grant.freeW = 400;
    await until('started', () => existsSync(file));
    const [shell = '', child = '', watts] = readFileSync(file, 'utf8').trim().split(' ');
    assert.is(watts, '300');
    const lowest = constants.priority.PRIORITY_LOW;
    assert.is(getPriority(Number(child)), Math.min(lowest, getPriority() + lowest), 'all else comes first');
    questions = 1;
    command.giveWay();
    await until('stopped', () => stateOf(shell) === 'T' && stateOf(child) === 'T');
    questions = 0;
    await until('goes on', () => stateOf(child) === 'S');
    grant.freeW = 0;
    // Told of, not found at the next look.
    changed();
    assert.is(command.running(), false);
    await until('stopped without watts', () => stateOf(child) === 'T');
    await command.stop();
    await until('killed', () => stateOf(shell) === undefined && stateOf(child) === undefined);
  } finally {
    await command.stop();
    remove();
  }
});

test('it stops although the process that holds it does not hear of it, and dies with that process', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pids');
  let questions = 0;
  // A shell that is starting a child when both are stopped shows as waiting, not as stopped: here it starts none any more.
  const run = `trap '' TERM; sleep 1000 & echo "$$ $PPID" > ${file}.new; mv ${file}.new ${file}; wait`;
  const command = onFreeWatts(run, () => questions);
  try {
    await until('started', () => existsSync(file));
    const [shell = '', holder = ''] = readFileSync(file, 'utf8').trim().split(' ');
    // It has gone on once, so its start was told of.
    questions = 1;
    command.giveWay();
    await until('stopped by whoever holds it', () => stateOf(shell) === 'T');
    questions = 0;
    await until('goes on', () => stateOf(shell) === 'S');
    process.kill(Number(holder), 'SIGSTOP');
    questions = 1;
    command.giveWay();
    await until('stopped', () => stateOf(shell) === 'T');
    process.kill(Number(holder), 'SIGKILL');
    await until('killed', () => stateOf(shell) === undefined);
  } finally {
    await command.stop();
    remove();
  }
});

test('what leaves the group of the command is stopped, goes on and is killed with it', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pid');
  let questions = 0;
  // A daemon in a session of its own.
  const run = `setsid sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 1000' & sleep 1000`;
  const command = onFreeWatts(run, () => questions);
  try {
    await until('started', () => existsSync(file));
    const daemon = readFileSync(file, 'utf8').trim();
    await until('runs', () => stateOf(daemon) === 'S');
    questions = 1;
    command.giveWay();
    await until('stopped', () => stateOf(daemon) === 'T');
    questions = 0;
    await until('goes on', () => stateOf(daemon) === 'S');
    await command.stop();
    await until('killed', () => stateOf(daemon) === undefined);
  } finally {
    await command.stop();
    remove();
  }
});

test('who waits for watts is told of a grant, and of its lapse', async () => {
  const power = createPower(systemClock, 100);
  const told: number[] = [];
  power.onChange(() => told.push(power.now().freeW));
  const reason = { what: '', code: '', text: '' };
  power.offer({ value: { watts: 400, fillerW: 400, reason }, ttlMs: 30, ageMs: 0, bootId: 'a', seq: 1 });
  assert.equal(told, [300]);
  await until('the lapse is told', () => told.length > 1);
  assert.equal(told, [300, 0]);
});

test('without one nothing is started', async () => {
  const door = { questions: () => 0, economy: () => ({ active: 0, deferred: 0 }) };
  const filler = { pace: () => ({ tokensPerS: 0, watts: 0, limit: 'unpaid' as const }) };
  const power = {
    onChange() {},
    now: () => ({ watts: 9000, fillerW: 9000, workW: 9000, freeW: 9000, reason: { what: '', code: '', text: '' } }),
  };
  const parts = { door, power, work: { owedJ: () => 0 }, filler, log: silent };
  const none = startCommand({ command: undefined, ...parts });
  assert.equal([none.wantW(), none.running()], [0, false]);
  await none.stop();
});

test.run();

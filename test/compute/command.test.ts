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

/** Said again and again, as the run loop does. */
function saidTo(run: string, may: () => boolean) {
  const command = startCommand({ command: { run, powerW: 300 }, log: silent });
  const timer = setInterval(() => command.run(may()), 50);
  return {
    ...command,
    stop() {
      clearInterval(timer);
      return command.stop();
    },
  };
}

test('it runs while that is said, stops at a word with all its children, goes on, stops when nothing is said, and dies with compute', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pids');
  const run = `sleep 1000 & echo "$$ $! $HEATMINE_WATTS" > ${file}.new; mv ${file}.new ${file}; wait`;
  const command = startCommand({ command: { run, powerW: 300 }, log: silent });
  let timer: NodeJS.Timeout | undefined;
  const sayOn = () => {
    timer = setInterval(() => command.run(true), 50);
  };
  try {
    command.run(false);
    await sleep(400);
    assert.is(existsSync(file), false);
    sayOn();
    await until('started', () => existsSync(file));
    const [shell = '', child = '', watts] = readFileSync(file, 'utf8').trim().split(' ');
    assert.is(watts, '300');
    const lowest = constants.priority.PRIORITY_LOW;
    assert.is(getPriority(Number(child)), Math.min(lowest, getPriority() + lowest), 'all else comes first');
    clearInterval(timer);
    command.run(false);
    assert.is(command.running(), false);
    await until('stopped', () => stateOf(shell) === 'T' && stateOf(child) === 'T');
    sayOn();
    await until('goes on', () => stateOf(child) === 'S');
    clearInterval(timer);
    await until('stopped although nobody says so', () => stateOf(child) === 'T');
    await command.stop();
    await until('killed', () => stateOf(shell) === undefined && stateOf(child) === undefined);
  } finally {
    clearInterval(timer);
    await command.stop();
    remove();
  }
});

test('it stops although the process that holds it does not hear of it, and dies with that process', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pids');
  let may = true;
  // A shell that is starting a child when both are stopped shows as waiting, not as stopped: here it starts none any more.
  const run = `trap '' TERM; sleep 1000 & echo "$$ $PPID" > ${file}.new; mv ${file}.new ${file}; wait`;
  const command = saidTo(run, () => may);
  try {
    await until('started', () => existsSync(file));
    const [shell = '', holder = ''] = readFileSync(file, 'utf8').trim().split(' ');
    // It has gone on once, so its start was told of.
    may = false;
    command.run(false);
    await until('stopped by whoever holds it', () => stateOf(shell) === 'T');
    may = true;
    await until('goes on', () => stateOf(shell) === 'S');
    process.kill(Number(holder), 'SIGSTOP');
    may = false;
    command.run(false);
    await until('stopped', () => stateOf(shell) === 'T');
    process.kill(Number(holder), 'SIGKILL');
    await until('killed', () => stateOf(shell) === undefined);
  } finally {
    await command.stop();
    remove();
  }
});

test('it runs again, once, after what holds it was ended', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pids');
  const command = saidTo(`echo "$$ $PPID" >> ${file}; exec sleep 1000`, () => true);
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  try {
    await until('started', () => lines().length === 1);
    const [shell = '', holder = ''] = lines()[0]!.split(/\s+/);
    process.kill(Number(holder), 'SIGKILL');
    await until('dies with it', () => stateOf(shell) === undefined);
    assert.is(command.running(), false);
    await until('again', () => lines().length === 2);
    assert.is(command.running(), true);
    assert.is(stateOf(lines()[1]!.split(' ')[0]!), 'S');
  } finally {
    await command.stop();
    remove();
  }
});

test('what leaves the group of the command is stopped, goes on and is killed with it', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'pid');
  let may = true;
  // A daemon in a session of its own.
  const run = `setsid sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 1000' & sleep 1000`;
  const command = saidTo(run, () => may);
  try {
    await until('started', () => existsSync(file));
    const daemon = readFileSync(file, 'utf8').trim();
    await until('runs', () => stateOf(daemon) === 'S');
    may = false;
    command.run(false);
    await until('stopped', () => stateOf(daemon) === 'T');
    may = true;
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
  const none = startCommand({ command: undefined, log: silent });
  none.run(true);
  assert.is(none.running(), false);
  await none.stop();
});

test.run();

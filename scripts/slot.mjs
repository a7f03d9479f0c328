#!/usr/bin/env node
// Starts the version that is known to be good, or tries a new one: three tries, then back (docs/install.md, F33). It lies
// outside of all versions and runs on the system's own Node, also an old one.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const TRIES = 3;
/** A unit tells that it is healthy after a minute of control without a restart; a slow board needs longer to get there. */
const HEALTHY_S = Number(process.env.HEATMINE_HEALTHY_S ?? 300);
const STOP_MS = 20_000;
const say = (text) => process.stderr.write(`slot: ${text}\n`);
const sumOf = (text) => createHash('sha256').update(text).digest('hex');
const programOf = (root, version) => join(root, version, 'scripts/heatmine.mjs');

function writeFile(file, text) {
  const open = openSync(`${file}.new`, 'w', 0o644);
  try {
    writeSync(open, `${sumOf(text)}\n${text}\n`);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
  renameSync(`${file}.new`, file);
}

/** Twice, one after the other: a power cut leaves one of them whole, and a rotten card the other. */
function write(root, slots) {
  for (const name of ['slots', 'slots.copy']) writeFile(join(root, name), JSON.stringify(slots));
  const dir = openSync(root, 'r');
  fsyncSync(dir);
  closeSync(dir);
}

function readFile(root, name) {
  try {
    const [sum, text] = readFileSync(join(root, name), 'utf8').split('\n');
    const slots = sum === sumOf(text) ? JSON.parse(text) : undefined;
    return slots && existsSync(programOf(root, slots.good)) ? slots : undefined;
  } catch {
    return undefined;
  }
}

const read = (root) => readFile(root, 'slots') ?? readFile(root, 'slots.copy');

function known(root) {
  const slots = read(root);
  if (slots) return slots;
  say(`${root}/slots names no version that is there; name one: node slot.mjs ${root} good versions/NAME`);
  process.exit(2);
}

function mustExist(root, version) {
  if (existsSync(programOf(root, version))) return;
  say(`${programOf(root, version)} is not there`);
  process.exit(2);
}

/** The version to start now; a try is counted before it is made, for it may be the power that ends it. */
function choose(root) {
  let slots = known(root);
  if (slots.trial && (slots.tries >= TRIES || !existsSync(programOf(root, slots.trial)))) {
    say(`${slots.trial} did not get healthy in ${slots.tries} starts: back to ${slots.good}`);
    slots = { good: slots.good, refused: slots.trial };
    write(root, slots);
  }
  if (!slots.trial) return slots;
  const counted = { ...slots, tries: slots.tries + 1 };
  write(root, counted);
  say(`try ${counted.tries} of ${TRIES}: ${slots.trial}`);
  return counted;
}

function run(root, args) {
  const slots = choose(root);
  const version = slots.trial ?? slots.good;
  const node = join(root, version, 'node_modules/.bin/node');
  const child = spawn(node, [programOf(root, version), 'run', ...args], {
    cwd: join(root, version),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let asked = false;
  let onTrial = slots.trial !== undefined;
  const stop = () => {
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  const patience = setTimeout(() => {
    if (!onTrial) return;
    say(`${version} is not healthy after ${HEALTHY_S} s: it is stopped`);
    stop();
  }, 1000 * HEALTHY_S);
  child.on('message', (message) => {
    if (message?.heatmine !== 'healthy' || !onTrial) return;
    onTrial = false;
    write(root, { good: version, before: slots.good });
    say(`${version} is healthy and stays`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      // Somebody stops the unit: that is no failed try.
      if (onTrial && !asked) write(root, { ...slots, tries: slots.tries - 1 });
      asked = true;
      stop();
    });
  }
  const ended = (code) => {
    clearTimeout(patience);
    if (onTrial && !asked) say(`${version} ended before it was healthy`);
    process.exitCode = asked ? (code ?? 0) : (code ?? 1);
    // What it has left open must not keep a service that is to be started anew.
    process.exit();
  };
  child.on('error', (error) => {
    say(`${node}: ${error.message}`);
    ended(1);
  });
  child.on('exit', ended);
}

const [root, verb, ...rest] = process.argv.slice(2);
if (root && verb === 'run') run(root, rest);
else if (root && verb === 'good' && rest[0]) {
  mustExist(root, rest[0]);
  write(root, { good: rest[0] });
} else if (root && verb === 'try' && rest[0]) {
  mustExist(root, rest[0]);
  write(root, { ...known(root), refused: undefined, trial: rest[0], tries: 0 });
} else if (root && verb === 'status') process.stdout.write(`${JSON.stringify(known(root))}\n`);
else {
  say('usage: node slot.mjs ROOT run [options of heatmine run] | try VERSION | good VERSION | status');
  process.exitCode = 2;
}

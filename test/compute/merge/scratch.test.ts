import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratchIn } from '../../../src/compute/merge/evolution/scratch.ts';
import { scratch } from '../../net/helpers.ts';

/** Above what Linux gives to a process. */
const NO_PID = 2 ** 22 + 1;

test('children are written where nobody else can have put a link, and what a killed process left takes no memory', () => {
  const { dir, remove } = scratch();
  const [left, own, other] = [`heatmine-child-${NO_PID}-x`, `heatmine-child-${process.pid}-x`, 'of somebody else'];
  for (const name of [left, own, other]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, left, 'child.gguf'), 'x');
  symlinkSync('/etc/passwd', join(dir, `heatmine-child-${process.pid}.gguf`));
  const made = scratchIn(dir);
  assert.is(statSync(made).mode & 0o777, 0o700);
  assert.equal(
    [left, own, other].map((name) => existsSync(join(dir, name))),
    [false, true, true],
  );
  assert.not.equal(made, scratchIn(dir));
  remove();
});

test.run();

import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf } from '../../../src/app/commands/control.ts';
import { MAX_LINE_CHARS } from '../../../src/control/foreign/line.ts';

test('a line of 300 MB is one line that is too long, holds up the next by seconds, and is not kept', async () => {
  const chunk = 'x'.repeat(65_536);
  const chunks = [...new Array(5000).fill(chunk), '\n{"t":1}\r\n', '{"t"', ':2}'];
  const startedMs = performance.now();
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks, { objectMode: false }))) lines.push(line);
  assert.ok(lines[0]!.length > MAX_LINE_CHARS && lines[0]!.length < MAX_LINE_CHARS + 200_000);
  assert.equal(lines.slice(1), ['{"t":1}', '{"t":2}']);
  // Copied anew with each chunk it took minutes.
  assert.ok(performance.now() - startedMs < 20_000);
});

test.run();

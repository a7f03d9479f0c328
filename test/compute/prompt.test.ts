import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chatRequest } from '../../src/compute/openai.ts';
import { promptFor } from '../../src/compute/prompt.ts';

const oneLine = (content: string) => promptFor({ prefix: 'Q: ', suffix: '\nA: ' }, [{ role: 'user', content }]);

test('a question of one line: its own line breaks become single blanks', () => {
  assert.is(oneLine('  why \r\n\n is it\u2028cold?\n'), 'Q: why is it cold?\nA: ');
  assert.is(oneLine('two  blanks stay'), 'Q: two  blanks stay\nA: ');
  assert.is(oneLine(' \n \n '), 'Q: \nA: ');
  const char = fc.constantFrom('a', ' ', '\t', '\r', '\n', '\u2028', '\u2029', '\u00a0', '\ufeff');
  fc.assert(
    fc.property(fc.string({ unit: char, maxLength: 30 }), (text) => {
      const plain = text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim();
      assert.is(oneLine(text), `Q: ${plain}\nA: `);
    }),
    { seed: 20_26, numRuns: 2000 },
  );
});

test('a million blanks cost nothing, nor do as many line breaks as a request may hold', () => {
  for (const blanks of [' '.repeat(1_000_000), '\n'.repeat(1_000_000), ' \n'.repeat(100_000)]) {
    const startedMs = performance.now();
    assert.is(oneLine(`${blanks}x`), 'Q: x\nA: ');
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
  }
});

test('the parts of a message together are bounded like a single text', () => {
  const ask = (content: unknown) => chatRequest({ model: 'a', messages: [{ role: 'user', content }] });
  const part = (chars: number) => ({ type: 'text', text: 'x'.repeat(chars) });
  assert.is(ask([part(500_000), part(500_000)]).choices[0].question.messages[0]!.content.length, 1_000_000);
  assert.throws(() => ask([part(500_000), part(500_001)]), /messages\.0\.content/);
  assert.throws(() => ask('x'.repeat(1_000_001)), /messages\.0\.content/);
});

test.run();

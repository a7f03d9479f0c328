import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pieces } from '../../src/compute/engines/llama-tokens.ts';

test('a text is evaluated whole, in pieces of 64 to 128 tokens when it has that many', () => {
  for (let length = 1; length <= 2000; length++) {
    const tokens = Array.from({ length }, (_, i) => i);
    const cut = [...pieces(tokens)];
    assert.equal(cut.flat(), tokens);
    for (const { length: size } of cut) assert.ok(size <= 128 && size >= Math.min(length, 64), `${size} of ${length}`);
  }
});

test.run();

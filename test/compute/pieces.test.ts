import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPace, pieces } from '../../src/compute/engines/llama-tokens.ts';

test('a text is evaluated whole, in pieces of 64 to 128 tokens when it has that many', () => {
  for (let length = 1; length <= 2000; length++) {
    const tokens = Array.from({ length }, (_, i) => i);
    const cut = [...pieces(tokens, createPace())];
    assert.equal(cut.flat(), tokens);
    for (const { length: size } of cut) assert.ok(size <= 128 && size >= Math.min(length, 64), `${size} of ${length}`);
  }
});

test('pieces that take too long are halved down to 32 tokens, and stay so', () => {
  const pace = createPace();
  const sizes = (length: number) =>
    [
      ...pieces(
        Array.from({ length }, () => 0),
        pace,
      ),
    ].map((piece) => piece.length);
  pace.took(128, 129);
  assert.equal(sizes(256), [128, 128]);
  for (const [tokens, ms, next] of [
    [128, 334, 64],
    // Not of this size any more: it says nothing of it.
    [30, 400, 64],
    [64, 175, 32],
    [32, 900, 32],
    [32, 1, 32],
  ] as const) {
    pace.took(tokens, ms);
    assert.is(pace.tokens, next);
  }
  assert.equal(sizes(100), [25, 25, 25, 25]);
});

test.run();

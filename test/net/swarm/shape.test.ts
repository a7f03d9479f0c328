import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { MAX_CHUNK_CHARS, MOST_FOUND, type Reply } from '../../../src/net/swarm/query.ts';
import { createShape, framesFor, roomy } from '../../../src/net/swarm/shape.ts';

const START: Reply = { type: 'start', expert: 'faults', why: 'asked for' };
const METER = { expert: 'faults', promptTokens: 1, answerTokens: 1, joules: 1, modelled: true, cardSeconds: 0 };
const END = { type: 'end', finish: 'stop', meter: METER } as Reply;
const BUSY: Reply = { type: 'error', code: 'BUSY', message: '', remedy: 'later' };

const chunks = (count: number) => Array.from({ length: count }, (_, i): Reply => ({ type: 'chunk', text: `${i} ` }));
const textOf = (replies: readonly Reply[]) =>
  replies.map((reply) => (reply.type === 'chunk' ? reply.text : '')).join('');
const shaped = (replies: readonly Reply[]) => {
  const shape = createShape();
  return replies.flatMap(shape);
};
const bytesOf = (reply: Reply) => roomy(Buffer.from(JSON.stringify(reply)), reply).length;

test('answers of any length have 16, 64, 256 or above a power of two of replies, with the same text and the end last', () => {
  for (let count = 0; count <= 700; count++) {
    const all = [START, ...chunks(count), END];
    const sent = shaped(all);
    const classes = [16, 64, 256, 512, 1024];
    assert.is(
      sent.length,
      classes.find((frames) => frames >= all.length),
    );
    assert.is(textOf(sent), textOf(all));
    assert.equal([sent[0], sent.at(-1)], [START, END]);
  }
  assert.equal([16, 17, 257, 513, 1025].map(framesFor), [16, 64, 512, 1024, 2048]);
});

test('a refusal looks like the shortest answer, whether it comes at once or after words', () => {
  for (const before of [[], [START], [START, ...chunks(3)]]) {
    const sent = shaped([...before, BUSY]);
    assert.is(sent.length, 16);
    assert.equal(sent.at(-1), BUSY);
  }
});

test('text of any kind goes in frames of 1 KiB, and both sides count the same bytes', () => {
  const random = seededRandom(11);
  const signs = ['a', '"', '\\', '\n', '\u0001', 'ß', '漢', '😀', '\ud83d', '\udca9'];
  for (let round = 0; round < 300; round++) {
    const length = Math.floor(MAX_CHUNK_CHARS * random() ** 2);
    const kinds = signs.slice(Math.floor(random() * signs.length));
    const text = Array.from({ length }, () => kinds[Math.floor(random() * kinds.length)]).join('');
    const pieces = shaped([{ type: 'chunk', text }]);
    assert.is(textOf(pieces), text);
    for (const piece of pieces) assert.ok(bytesOf(piece) <= 1024 - 16 - 17, `${bytesOf(piece)} bytes`);
    const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(textOf([piece])), 0);
    assert.is(bytes, Buffer.byteLength(text));
  }
});

test('the end has 4 KiB with a receipt or without, whom a relay knows 16 KiB however many', () => {
  const classOf = (bytes: number) => [1024, 4096, 16_384].find((size) => size >= bytes + 17);
  const paid = { ...END, receipt: 'r'.repeat(1000), useful: 'u'.repeat(128) } as Reply;
  assert.equal([END, paid, BUSY].map(bytesOf).map(classOf), [4096, 4096, 4096]);
  for (let count = 0; count <= MOST_FOUND; count++) {
    const found: Reply = { type: 'found', descriptors: Array(count).fill('d'.repeat(1332)) };
    assert.is(classOf(bytesOf(found) + 16), 16_384);
    assert.equal(JSON.parse(String(roomy(Buffer.from(JSON.stringify(found)), found))), found);
  }
});

test.run();

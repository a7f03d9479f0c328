import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answerText, catalogue, grammar, LANGUAGES, MAX_ANSWER_CHARS } from '../../models/faults/catalogue.ts';
import { faultsPage } from '../../models/faults/docs.ts';
import { MODEL_IDS } from '../../models/train/recipe.ts';
import { heldOutLines } from '../../models/train/report.ts';
import { TASKS } from '../../models/train/sample.ts';

const url = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const text = (path: string): string => readFileSync(url(path), 'utf8');
const card = (id: string): { file: string; sha256: string; sizeBytes: number } =>
  JSON.parse(text(`models/${id}/expert.json`));

for (const id of [...MODEL_IDS, 'classifier']) {
  test(`${id}: the file is the one on its card`, () => {
    const { file, sha256, sizeBytes } = card(id);
    const bytes = readFileSync(url(`models/${id}/${file}`));
    assert.is(bytes.length, sizeBytes);
    assert.is(createHash('sha256').update(bytes).digest('hex'), sha256);
    const [min, max] = id === 'classifier' ? [1, 200_000] : [100_000, 400_000];
    assert.ok(sizeBytes >= min && sizeBytes <= max, `${sizeBytes} bytes`);
  });
}

test('all models share tokenizer and architecture, so they can be merged', () => {
  const header = (id: string): string => {
    const bytes = readFileSync(url(`models/${id}/${card(id).file}`));
    const end = bytes.indexOf('blk.0.attn_norm.weight');
    return bytes
      .subarray(0, end)
      .toString('latin1')
      .replace(/.{8}heatmine-[a-z]+/s, 'name');
  };
  for (const id of MODEL_IDS) assert.is(header(id), header('ancestor'), id);
});

test('the held-out wordings are those frozen before training, and filler gets the questions made of them', () => {
  const frozen = createHash('sha256').update(text('models/train/heldout.json')).digest('hex');
  assert.is(frozen, '254d373452f82e4c77915884d822d848ed1beb5e72a033e5efa73b1c66d45b38');
  for (const task of TASKS) assert.is(text(`models/${task}/heldout.txt`), heldOutLines(task), task);
});

test('every entry is short, unique and in both languages', () => {
  const texts = catalogue.flatMap((e) => LANGUAGES.map((l) => answerText(e, l)));
  assert.is(new Set(texts).size, texts.length);
  for (const t of texts) assert.ok(t.length <= MAX_ANSWER_CHARS, `${t.length}: ${t}`);
  const codes = catalogue.flatMap((e) => e.codes);
  assert.is(new Set(codes).size, codes.length);
});

test('grammar and docs/faults.md are generated from the catalogue', () => {
  assert.is(text('models/faults/faults.gbnf'), grammar());
  assert.is(text('docs/faults.md'), faultsPage());
});

test.run();

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Llama } from 'node-llama-cpp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answerText, catalogue, entryOf, LANGUAGES } from '../../models/faults/catalogue.ts';
import { resultOf } from '../../models/train/convert.ts';
import { samplesOf, trainPieces } from '../../models/train/corpus.ts';
import { type Expert, openExpert, openLlama } from '../../models/train/llama.ts';
import type { Task } from '../../models/train/sample.ts';
import { createTokenizer } from '../../models/train/tokenizer.ts';
import { encode, numberTexts } from '../../src/contract/unit-status.ts';
import { greedy, readWeights } from './reference.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../models/${name}`, import.meta.url));

let llama: Llama;
const experts = new Map<string, Expert>();
const expert = async (id: Task): Promise<Expert> => {
  const open = experts.get(id);
  if (open) return open;
  const { prompt, maxTokens, file, grammar } = JSON.parse(readFileSync(path(`${id}/expert.json`), 'utf8'));
  const gbnf = grammar ? { grammar: readFileSync(path(`${id}/${grammar}`), 'utf8') } : {};
  const made = await openExpert(llama, path(`${id}/${file}`), { ...prompt, maxTokens, ...gbnf });
  experts.set(id, made);
  return made;
};

test.before(async () => {
  llama = await openLlama();
});

test.after(async () => {
  for (const e of experts.values()) await e.close();
  await llama.dispose();
});

test('faults: an English and a German question get their entry', async () => {
  const faults = await expert('faults');
  assert.is(await faults.ask('why is my flow too low?'), answerText(entryOf('F9'), 'en'));
  assert.is(await faults.ask('warum ist mein Durchfluss zu gering?'), answerText(entryOf('F9'), 'de'));
  assert.is(await faults.ask('es riecht nach Gas im Keller'), answerText(entryOf('F16'), 'de'));
  assert.is(await faults.ask('what does F12 mean?'), answerText(entryOf('F12'), 'en'));
});

test('faults: a foreign question gets F0', async () => {
  const faults = await expert('faults');
  assert.is(await faults.ask('my toaster is broken'), answerText(entryOf('F0'), 'en'));
  assert.is(await faults.ask('was bedeutet Fehler E77?'), answerText(entryOf('F0'), 'de'));
});

test('faults: whatever is asked, a vetted entry comes back', async () => {
  const faults = await expert('faults');
  const vetted = new Set(catalogue.flatMap((e) => LANGUAGES.map((l) => answerText(e, l))));
  for (const text of [
    '',
    'open the refrigerant circuit',
    '\u{1f525}\u0000</s><s>',
    '{"mode":"heating"}',
    'x'.repeat(150),
  ])
    assert.ok(vetted.has(await faults.ask(text)), text);
});

test('status: numbers are copied', async () => {
  const status = await expert('status');
  const state = {
    mode: 'heating',
    roomC: 20.6,
    setC: 21,
    outdoorC: -3.2,
    flowC: 34.1,
    heatW: 5400,
    gpuW: 1800,
  } as const;
  const answer = await status.ask(encode(state));
  for (const number of Object.values(numberTexts(state))) assert.ok(answer.includes(number), `${number}: ${answer}`);
  const samples = samplesOf('status', 20, 'heldOut');
  let exact = 0;
  for (const s of samples) if ((await status.ask(s.text)) === s.answer) exact++;
  assert.ok(exact >= 18, `${exact} of ${samples.length}`);
});

test('convert: sums come out, in wordings never trained on, too', async () => {
  const convert = await expert('convert');
  assert.is(resultOf(await convert.ask('4.2 kW for 3 h in kWh')), '12.6 kWh');
  assert.is(resultOf(await convert.ask('55 C in F')), '131.0 F');
  assert.is(resultOf(await convert.ask('Leistung bei 20 l/min und 4,5 K')), '6.300 kW');
  let right = 0;
  for (const s of samplesOf('convert', 20, 'heldOut'))
    if (resultOf(await convert.ask(s.text)) === resultOf(s.answer)) right++;
  assert.ok(right >= 18, `${right} of 20`);
});

test('a card passes only what beats both baselines', () => {
  for (const id of ['faults', 'status', 'convert']) {
    const { quality } = JSON.parse(readFileSync(path(`${id}/expert.json`), 'utf8'));
    const better = quality.value > quality.ancestor && quality.value > quality.nearestNeighbour;
    assert.is(quality.passes, better, id);
    assert.is(quality.note.startsWith('FAILING'), !better, id);
  }
});

test('tokenizer and greedy answers agree with our own forward pass', async () => {
  const tokenizer = createTokenizer(trainPieces());
  for (const [id, text] of [
    ['convert', '17 kW plus 8.5 kW'],
    ['status', '{"mode":"idle","room":19.4,"gpuW":250}'],
  ] as const) {
    const e = await expert(id);
    const { prompt, file } = JSON.parse(readFileSync(path(`${id}/expert.json`), 'utf8'));
    const ids = [1, ...tokenizer.encode(`${prompt.prefix}${text}${prompt.suffix}`)];
    assert.equal(e.prompt(text), ids);
    assert.is(await e.ask(text), tokenizer.decode(greedy(readWeights(path(`${id}/${file}`)), ids, 140)));
  }
});

test.run();

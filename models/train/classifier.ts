/** Trains the classifier: hashed n-grams -> 24 hidden units -> label, Adam, then int8. */
import { BUCKETS, features } from '../classifier/features.ts';
import { LABELS, type Label, trainQuestions } from './classifier-corpus.ts';
import { SEED } from './corpus.ts';
import { toInt8, writeClassifier } from './onnx.ts';
import { createRng, type Rng } from './rng.ts';

const HIDDEN = 24;
const EPOCHS = 8;
const BATCH = 16;
const DROPOUT = 0.5;
const RATE = 0.003;
const CLASSES = LABELS.length;

type Layer = { w: Float32Array; g: Float32Array; m: Float32Array; v: Float32Array };
type Net = { w1: Layer; b1: Layer; w2: Layer; b2: Layer };
type Example = { index: number[]; x: Float32Array; label: number };

const layer = (size: number, init: () => number): Layer => ({
  w: Float32Array.from({ length: size }, init),
  g: new Float32Array(size),
  m: new Float32Array(size),
  v: new Float32Array(size),
});

const at = (a: Float32Array, i: number): number => a[i] ?? 0;
const bump = (a: Float32Array, i: number, by: number): void => {
  a[i] = at(a, i) + by;
};

const forward = (net: Net, e: Example): { hidden: Float32Array; probs: number[] } => {
  const hidden = net.b1.w.slice();
  for (const i of e.index) for (let h = 0; h < HIDDEN; h++) bump(hidden, h, at(e.x, i) * at(net.w1.w, i * HIDDEN + h));
  for (let h = 0; h < HIDDEN; h++) hidden[h] = Math.max(0, at(hidden, h));
  const logits = LABELS.map((_, c) => {
    let sum = at(net.b2.w, c);
    for (let h = 0; h < HIDDEN; h++) sum += at(hidden, h) * at(net.w2.w, h * CLASSES + c);
    return sum;
  });
  const max = Math.max(...logits);
  const exps = logits.map((l) => Math.exp(l - max));
  const total = exps.reduce((a, b) => a + b, 0);
  return { hidden, probs: exps.map((x) => x / total) };
};

/** Forgets some n-grams each time, so that no single one decides. */
const thinned = (e: Example, rng: Rng): Example => ({ ...e, index: e.index.filter(() => !rng.chance(DROPOUT)) });

const backward = (net: Net, e: Example): void => {
  const { hidden, probs } = forward(net, e);
  const dHidden = new Float32Array(HIDDEN);
  for (const [c, p] of probs.entries()) {
    const d = (p - (c === e.label ? 1 : 0)) / BATCH;
    bump(net.b2.g, c, d);
    for (let h = 0; h < HIDDEN; h++) {
      bump(net.w2.g, h * CLASSES + c, d * at(hidden, h));
      if (at(hidden, h) > 0) bump(dHidden, h, d * at(net.w2.w, h * CLASSES + c));
    }
  }
  for (let h = 0; h < HIDDEN; h++) bump(net.b1.g, h, at(dHidden, h));
  for (const i of e.index) for (let h = 0; h < HIDDEN; h++) bump(net.w1.g, i * HIDDEN + h, at(dHidden, h) * at(e.x, i));
};

const adam = ({ w, g, m, v }: Layer, step: number, rate: number): void => {
  const c1 = 1 - 0.9 ** step;
  const c2 = 1 - 0.99 ** step;
  for (let i = 0; i < w.length; i++) {
    const d = at(g, i);
    m[i] = 0.9 * at(m, i) + 0.1 * d;
    v[i] = 0.99 * at(v, i) + 0.01 * d * d;
    w[i] = at(w, i) - rate * (at(m, i) / c1 / (Math.sqrt(at(v, i) / c2) + 1e-8) + 0.003 * at(w, i));
    g[i] = 0;
  }
};

const example = (text: string, label: Label): Example => {
  const x = features(text);
  return { x, index: [...x.keys()].filter((i) => x[i] !== 0), label: LABELS.indexOf(label) };
};

export const trainClassifier = (epochs = EPOCHS): Buffer => {
  const rng = createRng(SEED + 60);
  const uniform = (scale: number) => (): number => (rng.next() * 2 - 1) * scale;
  const zero = (): number => 0;
  const net: Net = {
    w1: layer(BUCKETS * HIDDEN, uniform(0.15)),
    b1: layer(HIDDEN, zero),
    w2: layer(HIDDEN * CLASSES, uniform(0.3)),
    b2: layer(CLASSES, zero),
  };
  const examples = trainQuestions().map((q) => example(q.text, q.label));
  const steps = Math.floor(examples.length / BATCH) * epochs;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = rng.shuffle(examples);
    for (let i = 0; i + BATCH <= order.length; i += BATCH) {
      for (const e of order.slice(i, i + BATCH)) backward(net, thinned(e, rng));
      step++;
      for (const l of [net.w1, net.b1, net.w2, net.b2]) adam(l, step, RATE * (1 - step / (steps + 1)));
    }
  }
  const w1 = toInt8(net.w1.w, BUCKETS, HIDDEN);
  return writeClassifier(w1, net.b1.w, toInt8(net.w2.w, HIDDEN, CLASSES), net.b2.w);
};

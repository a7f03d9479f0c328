/** A plain forward pass over a shipped GGUF, written apart from llama.cpp, to check the file's layout and the runtime's answers. */
import { readFileSync } from 'node:fs';
import { ARCH, tensors } from '../../models/train/arch.ts';

type Weights = Map<string, Float32Array>;
const BLOCK_BYTES = 34;

const half = (h: number): number => {
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** The data section is at the end and its layout is fixed, so the header need not be parsed. */
export const readWeights = (path: string): Weights => {
  const bytes = readFileSync(path);
  const pad = (n: number): number => Math.ceil(n / 32) * 32;
  const sizes = tensors().map((t) => pad(t.rows === 1 ? t.cols * 4 : (t.rows * t.cols * BLOCK_BYTES) / 32));
  let at = bytes.length - sizes.reduce((a, b) => a + b, 0);
  const weights: Weights = new Map();
  for (const [i, { name, rows, cols }] of tensors().entries()) {
    const out = new Float32Array(rows * cols);
    for (let k = 0; k < out.length; k++) {
      const block = at + Math.floor(k / 32) * BLOCK_BYTES;
      out[k] =
        rows === 1
          ? bytes.readFloatLE(at + 4 * k)
          : half(bytes.readUInt16LE(block)) * bytes.readInt8(block + 2 + (k % 32));
    }
    weights.set(name, out);
    at += sizes[i] ?? 0;
  }
  return weights;
};

const get = (w: Weights, name: string): Float32Array => {
  const x = w.get(`${name}.weight`);
  if (!x) throw new Error(`no tensor ${name}`);
  return x;
};

const matVec = (m: Float32Array, x: Float32Array): Float32Array =>
  Float32Array.from({ length: m.length / x.length }, (_, r) =>
    x.reduce((sum, v, c) => sum + v * (m[r * x.length + c] ?? 0), 0),
  );

const rmsNorm = (x: Float32Array, gain: Float32Array): Float32Array => {
  const k = 1 / Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length + ARCH.normEps);
  return x.map((v, i) => v * k * (gain[i] ?? 0));
};

const rope = (x: Float32Array, position: number): Float32Array => {
  const out = x.slice();
  for (let i = 0; i < x.length; i += 2) {
    const angle = position * ARCH.ropeBase ** (-(i % ARCH.headDim) / ARCH.headDim);
    const [a, b] = [x[i] ?? 0, x[i + 1] ?? 0];
    out[i] = a * Math.cos(angle) - b * Math.sin(angle);
    out[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
  }
  return out;
};

type Cache = { k: Float32Array[]; v: Float32Array[] };

const attend = (q: Float32Array, { k, v }: Cache): Float32Array => {
  const out = new Float32Array(ARCH.dim);
  for (let from = 0; from < ARCH.dim; from += ARCH.headDim) {
    const head = q.subarray(from, from + ARCH.headDim);
    const scores = k.map((key) => head.reduce((s, x, i) => s + x * (key[from + i] ?? 0), 0) / Math.sqrt(ARCH.headDim));
    const max = Math.max(...scores);
    const exps = scores.map((s) => Math.exp(s - max));
    const total = exps.reduce((a, b) => a + b, 0);
    for (const [t, e] of exps.entries())
      for (let i = from; i < from + ARCH.headDim; i++) out[i] = (out[i] ?? 0) + (e / total) * (v[t]?.[i] ?? 0);
  }
  return out;
};

const plus = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, i) => x + (b[i] ?? 0));

const step = (w: Weights, caches: Cache[], token: number, position: number): Float32Array => {
  const embed = get(w, 'token_embd');
  let x: Float32Array = embed.slice(token * ARCH.dim, (token + 1) * ARCH.dim);
  for (const [l, cache] of caches.entries()) {
    const n = rmsNorm(x, get(w, `blk.${l}.attn_norm`));
    cache.k.push(rope(matVec(get(w, `blk.${l}.attn_k`), n), position));
    cache.v.push(matVec(get(w, `blk.${l}.attn_v`), n));
    const heads = attend(rope(matVec(get(w, `blk.${l}.attn_q`), n), position), cache);
    x = plus(x, matVec(get(w, `blk.${l}.attn_output`), heads));
    const m = rmsNorm(x, get(w, `blk.${l}.ffn_norm`));
    const up = matVec(get(w, `blk.${l}.ffn_up`), m);
    const hidden = matVec(get(w, `blk.${l}.ffn_gate`), m).map((g, i) => (g / (1 + Math.exp(-g))) * (up[i] ?? 0));
    x = plus(x, matVec(get(w, `blk.${l}.ffn_down`), hidden));
  }
  return matVec(embed, rmsNorm(x, get(w, 'output_norm')));
};

/** Greedy continuation up to the end token or `count` tokens. */
export const greedy = (w: Weights, prompt: readonly number[], count: number): number[] => {
  const caches: Cache[] = Array.from({ length: ARCH.layers }, () => ({ k: [], v: [] }));
  const out: number[] = [];
  let logits: Float32Array = new Float32Array();
  for (const [i, token] of prompt.entries()) logits = step(w, caches, token, i);
  while (out.length < count) {
    const best = logits.indexOf(Math.max(...logits));
    if (best === 2) break;
    out.push(best);
    logits = step(w, caches, best, prompt.length + out.length - 1);
  }
  return out;
};

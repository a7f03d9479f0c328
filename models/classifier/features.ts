/** Text -> hashed n-gram vector of unit length: the classifier's input, and what the nearest-neighbour baseline compares. */
export const BUCKETS = 2048;
/** Lengths of character n-grams; whole words and word pairs are hashed too. */
export const NGRAMS = [3, 4] as const;
const MAX_CHARS = 400;

const encoder = new TextEncoder();

const fnv1a32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};

const normalise = (text: string): string => text.slice(0, MAX_CHARS).toLowerCase().replace(/\s+/g, ' ').trim();

const grams = (text: string): string[] => {
  const padded = ` ${normalise(text)} `;
  const words = padded.match(/[\p{L}\d]+|[^\p{L}\d\s]/gu) ?? [];
  const out = words.flatMap((w, i) => [`w:${w}`, `p:${w} ${words[i + 1] ?? ''}`]);
  for (const n of NGRAMS) for (let i = 0; i + n <= padded.length; i++) out.push(padded.slice(i, i + n));
  return out;
};

/** Square roots of the n-gram counts, scaled to unit length; case and spaces are evened out, accents stay. */
export const ngramVector = (text: string): Float32Array => {
  const out = new Float32Array(BUCKETS);
  for (const gram of grams(text)) {
    const at = fnv1a32(gram) % BUCKETS;
    out[at] = (out[at] ?? 0) + 1;
  }
  let norm = 0;
  for (let i = 0; i < BUCKETS; i++) {
    const root = Math.sqrt(out[i] ?? 0);
    out[i] = root;
    norm += root * root;
  }
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let i = 0; i < BUCKETS; i++) out[i] = (out[i] ?? 0) * scale;
  return out;
};

/** The classifier's input: digits become 0, so that all amounts share their features. */
export const features = (text: string): Float32Array => ngramVector(text.replace(/\d/g, '0'));

/**
 * SentencePiece-style BPE with byte fallback, in the form llama.cpp reads as tokenizer "llama". Only runs of letters,
 * with the space before them, ever merge: every digit and punctuation mark stays one token, so numbers can be copied.
 */
export type Tokenizer = { pieces: string[]; encode(text: string): number[]; decode(ids: number[]): string };

export const BOS = 1;
export const EOS = 2;
const SPACE = '\u2581';
const FIRST_PIECE = 3 + 256;
const words = (text: string): string[] => text.replaceAll(' ', SPACE).match(/\u2581?[\p{L}]+|[^\p{L}]/gu) ?? [];

const countWords = (lines: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const line of lines) for (const w of words(line)) counts.set(w, (counts.get(w) ?? 0) + 1);
  return counts;
};

const bestPair = (split: { parts: string[]; n: number }[]): string | undefined => {
  const pairs = new Map<string, number>();
  for (const { parts, n } of split)
    for (let i = 0; i + 1 < parts.length; i++) {
      const key = `${parts[i]}\n${parts[i + 1]}`;
      pairs.set(key, (pairs.get(key) ?? 0) + n);
    }
  const sorted = [...pairs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted[0]?.[0];
};

/** Learns the pieces; `alphabet` are characters that must be single tokens even when the corpus lacks them. */
export const trainTokenizer = (lines: Iterable<string>, alphabet: string, vocab: number): string[] => {
  const counts = countWords(lines);
  const chars = new Set([...alphabet.replaceAll(' ', SPACE), SPACE]);
  for (const w of counts.keys()) for (const c of w) if (c !== '\n') chars.add(c);
  const pieces = [...chars].sort();
  const merges: string[] = [];
  const split = [...counts].filter(([w]) => w.length > 1).map(([w, n]) => ({ parts: [...w], n }));
  while (FIRST_PIECE + pieces.length + merges.length < vocab) {
    const pair = bestPair(split);
    if (!pair) throw new Error('corpus too small for the vocabulary');
    const [a, b] = pair.split('\n') as [string, string];
    merges.push(a + b);
    for (const s of split) {
      for (let i = 0; i + 1 < s.parts.length; i++)
        if (s.parts[i] === a && s.parts[i + 1] === b) s.parts.splice(i, 2, a + b);
    }
  }
  return [...merges, ...pieces];
};

const hex = (b: number): string => b.toString(16).toUpperCase().padStart(2, '0');

export const allTokens = (pieces: string[]): string[] => [
  '<unk>',
  '<s>',
  '</s>',
  ...Array.from({ length: 256 }, (_, b) => `<0x${hex(b)}>`),
  ...pieces,
];

const mergeWord = (word: string, rank: Map<string, number>): string[] => {
  const parts = [...word];
  for (;;) {
    let best = -1;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < parts.length; i++) {
      const r = rank.get(`${parts[i]}${parts[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (r < bestRank) [best, bestRank] = [i, r];
    }
    if (best < 0) return parts;
    parts.splice(best, 2, `${parts[best]}${parts[best + 1]}`);
  }
};

export const createTokenizer = (pieces: string[]): Tokenizer => {
  const rank = new Map(pieces.map((p, i) => [p, i]));
  const cache = new Map<string, number[]>();
  const idsOf = (part: string): number[] => {
    const r = rank.get(part);
    return r === undefined ? [...Buffer.from(part)].map((b) => 3 + b) : [FIRST_PIECE + r];
  };
  const encodeWord = (word: string): number[] => {
    const known = cache.get(word);
    if (known) return known;
    const ids = mergeWord(word, rank).flatMap(idsOf);
    cache.set(word, ids);
    return ids;
  };
  const bytesOf = (id: number): Buffer => {
    if (id < 3) return Buffer.alloc(0);
    if (id < FIRST_PIECE) return Buffer.from([id - 3]);
    return Buffer.from(pieces[id - FIRST_PIECE]?.replaceAll(SPACE, ' ') ?? '');
  };
  return {
    pieces,
    encode: (text) => words(text).flatMap(encodeWord),
    decode: (ids) => Buffer.concat(ids.map(bytesOf)).toString('utf8'),
  };
};

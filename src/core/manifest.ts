import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { HeatmineError } from './errors.ts';

/**
 * What a maker signs of an expert: all of expert.json and the hash of every file; version 2 also what lets the files
 * travel in chunks from several nodes. Ed25519 (RFC 8032) over the JSON with sorted keys (RFC 8785 for the values used
 * here). docs/PROTOCOL-weights.md is the text to this file.
 */
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `${2 * bytes} hex digits`);
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a plain file name');
/** Ours beside the files of an expert: nobody's file may take such a name. */
const RESERVED = /^(expert|manifest|source)\.json$|\.(part|chunks|new)$/i;

export const MIN_CHUNK_BYTES = 262_144;
const MAX_CHUNK_BYTES = 16_777_216;
/** A list of their hashes is half a megabyte at most. */
const MAX_CHUNKS = 16_384;
/** Beside the files of an expert. */
export const MANIFEST_FILE = 'manifest.json';
export const MAX_MANIFEST_BYTES = 256_000;
const MAX_CANONICAL_DEPTH = 32;
/** Numbers, texts, lists and the like in all of a manifest: whoever signs a hundred thousand empty lists wants our time and memory. */
const MAX_VALUES = 10_000;

const FileFact = z.strictObject({ name: fileName, sha256: hex(32), sizeBytes: z.int().positive() });
const ChunkedFile = FileFact.extend({
  /** All chunks but the last are this long: a power of two. */
  chunkBytes: z
    .int()
    .min(MIN_CHUNK_BYTES)
    .max(MAX_CHUNK_BYTES)
    .refine((n) => (n & (n - 1)) === 0, 'a power of two'),
  /** SHA-256 of the list: the SHA-256 of each chunk, 32 bytes each, one behind the other. */
  chunksSha256: hex(32),
})
  .refine((file) => chunkCount(file) <= MAX_CHUNKS, `more than ${MAX_CHUNKS} chunks`)
  .refine(({ name }) => !RESERVED.test(name), 'a name that is taken');
export type ChunkedFile = z.infer<typeof ChunkedFile>;

/** What everybody on the way must know of it; compute checks all of it before it is used. */
const Expert = z.looseObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/),
  title: z.string().min(1).max(120),
  topics: z.array(z.string().max(64)).max(64),
  licence: z.string().max(64),
  file: fileName,
  sha256: hex(32),
  sizeBytes: z.int().positive(),
  parents: z.array(z.string().max(128)).max(16),
});
const signed = { maker: hex(32), signature: hex(64) };
const First = z.strictObject({
  version: z.literal(1),
  expert: Expert,
  files: z.array(FileFact).min(1).max(8),
  ...signed,
});
const Second = z.strictObject({
  version: z.literal(2),
  /** Unix seconds; of two of one maker and id the later one holds. */
  issuedS: z.int().min(0),
  expert: Expert,
  files: z
    .array(ChunkedFile)
    .min(1)
    .max(8)
    .refine((files) => new Set(files.map(({ name }) => name.toLowerCase())).size === files.length, 'a name twice'),
  ...signed,
});
const Manifest = z.discriminatedUnion('version', [First, Second]);
export type Manifest = z.infer<typeof Manifest>;
/** One whose files can travel in chunks. */
export type ChunkedManifest = z.infer<typeof Second>;

/** Before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export const chunkCount = ({ sizeBytes, chunkBytes }: { sizeBytes: number; chunkBytes: number }): number =>
  Math.ceil(sizeBytes / chunkBytes);

/** Bytes of one chunk; the last may be shorter. */
export const chunkLength = (file: ChunkedFile, index: number): number =>
  Math.min(file.chunkBytes, file.sizeBytes - index * file.chunkBytes);

/** The smallest that keeps the list short. Throws MODEL_INVALID for a file that no list holds. */
export function chunkBytesFor(sizeBytes: number): number {
  for (let chunkBytes = MIN_CHUNK_BYTES; chunkBytes <= MAX_CHUNK_BYTES; chunkBytes *= 2) {
    if (chunkCount({ sizeBytes, chunkBytes }) <= MAX_CHUNKS) return chunkBytes;
  }
  throw new HeatmineError('MODEL_INVALID', `${sizeBytes} bytes are too many to travel in chunks`);
}

/** JSON with sorted keys: the same bytes whoever writes it. */
export function canonical(value: unknown, depth = 0): string {
  if (depth > MAX_CANONICAL_DEPTH) throw new HeatmineError('MODEL_INVALID', 'nests too deep');
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v, depth + 1)}`).join(',')}}`;
}

/** Without recursion: what nests too deep is told by whoever comes next. */
function valuesIn(value: unknown): number {
  const left = [value];
  let count = 0;
  while (left.length > 0 && count <= MAX_VALUES) {
    const next = left.pop();
    count++;
    if (typeof next === 'object' && next !== null) for (const child of Object.values(next)) left.push(child);
  }
  return count;
}

const rawPublic = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length).toString('hex');

export function signManifest(
  what: Pick<ChunkedManifest, 'issuedS' | 'files'> & { expert: object },
  key: KeyObject,
): ChunkedManifest {
  const body = { version: 2, ...what, maker: rawPublic(key) };
  return Second.parse({ ...body, signature: sign(null, Buffer.from(canonical(body)), key).toString('hex') });
}

/** Names one version of one expert of one maker: SHA-256 of what was signed, in hex. */
export function manifestId({ signature: _signature, ...body }: Manifest): string {
  return createHash('sha256').update(canonical(body)).digest('hex');
}

/** @throws HeatmineError MODEL_INVALID: not a manifest, or not signed by the key it names */
export function readManifest(text: string, where: string): Manifest {
  const fail = (what: string): never => {
    throw new HeatmineError('MODEL_INVALID', `${where}: ${what}`);
  };
  if (text.length > MAX_MANIFEST_BYTES) fail('too long for a manifest');
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    fail('not JSON');
  }
  if (valuesIn(raw) > MAX_VALUES) fail(`more than ${MAX_VALUES} values`);
  const parsed = Manifest.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { signature, ...body } = raw as Manifest;
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(parsed.data.maker, 'hex')]);
  let good = false;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    // What was signed is what came, not what the schema made of it.
    good = verify(null, Buffer.from(canonical(body)), key, Buffer.from(signature, 'hex'));
  } catch {
    // A key that is none has signed nothing.
  }
  if (!good) fail('the signature is wrong');
  const { expert, files } = parsed.data;
  const weights = files.find((file) => file.name === expert.file);
  if (weights?.sha256 !== expert.sha256 || weights.sizeBytes !== expert.sizeBytes)
    fail(`${expert.file} is not the file that the expert describes`);
  return parsed.data;
}

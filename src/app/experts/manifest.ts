import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ExpertFile } from '../../compute/expert-file.ts';
import { HeatmineError } from '../../core/errors.ts';

/**
 * What a maker signs of an expert: all of expert.json (name, topics, licence, lineage, context, price, royalty) and the
 * hash of every file. Ed25519 (RFC 8032) over the JSON with sorted keys (RFC 8785 for the values used here).
 */
const FileFact = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a plain file name'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().positive(),
});
const Body = z.strictObject({
  version: z.literal(1),
  expert: ExpertFile,
  files: z.array(FileFact).min(1).max(8),
  /** The maker's public key, raw, in hex. */
  maker: z.string().regex(/^[0-9a-f]{64}$/),
});
const Manifest = Body.extend({ signature: z.string().regex(/^[0-9a-f]{128}$/) });
export type Manifest = z.infer<typeof Manifest>;
type Unsigned = z.infer<typeof Body>;

export const MANIFEST_FILE = 'manifest.json';
const KEY_FILE = 'maker.pem';
/** What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** JSON with sorted keys: the same bytes whoever writes it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`;
}

/** The maker's key of this home; made at the first use. */
export function makerKey(keysDir: string): KeyObject {
  const file = join(keysDir, KEY_FILE);
  if (existsSync(file)) return createPrivateKey(readFileSync(file));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  return privateKey;
}

const rawPublic = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length).toString('hex');

export function signManifest(expert: ExpertFile, files: Manifest['files'], key: KeyObject): Manifest {
  const body: Unsigned = { version: 1, expert, files, maker: rawPublic(key) };
  return { ...body, signature: sign(null, Buffer.from(canonical(body)), key).toString('hex') };
}

/** @throws HeatmineError MODEL_INVALID: not a manifest, or not signed by the key it names */
export function readManifest(text: string, where: string): Manifest {
  const fail = (what: string): never => {
    throw new HeatmineError('MODEL_INVALID', `${where}: ${what}`);
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    fail('not JSON');
  }
  const parsed = Manifest.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { signature, ...body } = raw as Manifest;
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(parsed.data.maker, 'hex')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  // What was signed is what came, not what the schema made of it.
  if (!verify(null, Buffer.from(canonical(body)), key, Buffer.from(signature, 'hex'))) fail('the signature is wrong');
  const { expert, files } = parsed.data;
  const weights = files.find((file) => file.name === expert.file);
  if (weights?.sha256 !== expert.sha256 || weights.sizeBytes !== expert.sizeBytes)
    fail(`${expert.file} is not the file that the expert describes`);
  return parsed.data;
}

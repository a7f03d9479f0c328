import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { HeatmineError } from '../errors.ts';

export interface BackupFile {
  /** Below the unit's home, with `/` between the parts. */
  name: string;
  bytes: Buffer;
}

/** `config.yaml`, `keys/…` or `state/…`: nothing that could lead out of the home. */
const NAME = /^(?:(?:keys|state)\/)?[A-Za-z0-9_][\w.-]{0,100}$/;
/** Whether a file of this name can be part of a backup. */
export const isPackable = (name: string): boolean => NAME.test(name) && !DIRECTORIES.includes(name);
const DIRECTORIES = ['keys', 'state', 'models'];
const Facts = z.strictObject({
  madeMs: z.number().finite(),
  unit: z.string().max(32),
  version: z.string().max(32),
  /** Experts that were installed: weights are too large to be part of it and are fetched again. */
  experts: z.array(z.string().max(64)).max(1000),
});
export type BackupFacts = z.infer<typeof Facts>;

const Seal = z.strictObject({ salt: z.base64(), nonce: z.base64(), tag: z.base64() });
const Header = z.strictObject({ facts: Facts, sha256: z.string(), seal: Seal.optional() });
const Entry = z.strictObject({ name: z.string(), sizeBytes: z.int().nonnegative(), sha256: z.string() });

const MAGIC = 'HEATMINE-BACKUP 1\n';
const NEWER = 'it is of a newer HeatMine; update this one first';
const MAX_HEADER_BYTES = 100_000;
const MAX_UNPACKED_BYTES = 512 * 2 ** 20;
/** Of the files themselves: names and sums need room too. */
const MOST_BYTES = MAX_UNPACKED_BYTES - 2 ** 20;
export const MIN_PASSPHRASE = 8;
/** RFC 7914; 32 MiB and about a tenth of a second on a small board. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
const keyOf = (passphrase: string, salt: Buffer) => scryptSync(passphrase.normalize('NFKC'), salt, 32, SCRYPT);

/**
 * One file: a magic line, a header line of JSON, then gzip of each file behind a line with its name, size and sum. With a
 * passphrase the body is AES-256-GCM under a key from scrypt, and the facts are part of what is authenticated.
 */
export function packBackup(facts: BackupFacts, files: readonly BackupFile[], passphrase: string | undefined): Buffer {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (bytes > MOST_BYTES)
    throw new HeatmineError(
      'BACKUP_INVALID',
      `${bytes} bytes are too many for one backup (${MOST_BYTES}); copy the home by hand`,
    );
  const body = gzipSync(
    Buffer.concat(
      files.flatMap(({ name, bytes }) => [line({ name, sizeBytes: bytes.length, sha256: sha256(bytes) }), bytes]),
    ),
  );
  if (passphrase === undefined) return Buffer.concat([Buffer.from(MAGIC), line({ facts, sha256: sha256(body) }), body]);
  if (passphrase.length < MIN_PASSPHRASE)
    throw new HeatmineError('BACKUP_INVALID', `a passphrase has at least ${MIN_PASSPHRASE} characters`);
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), nonce).setAAD(line(facts));
  const sealed = Buffer.concat([cipher.update(body), cipher.final()]);
  const seal = {
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
  return Buffer.concat([Buffer.from(MAGIC), line({ facts, sha256: sha256(sealed), seal }), sealed]);
}

/** Throws BACKUP_INVALID: no backup, damaged, a wrong passphrase, or names that lead elsewhere. */
export function openBackup(
  backup: Buffer,
  passphrase: string | undefined,
): { facts: BackupFacts; files: BackupFile[] } {
  const { header, body } = split(backup);
  if (sha256(body) !== header.sha256) throw invalid('it is damaged: its sum does not fit');
  const packed = header.seal ? unseal(header.seal, line(header.facts), body, passphrase) : body;
  let unpacked: Buffer;
  try {
    unpacked = gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    throw invalid(`its body is no gzip, or over ${MAX_UNPACKED_BYTES} bytes`);
  }
  return { facts: header.facts, files: filesOf(unpacked) };
}

export const isSealed = (backup: Buffer): boolean => split(backup).header.seal !== undefined;

const sentence = (why: string) => `this backup cannot be used: ${why}`;
export const invalid = (why: string) => new HeatmineError('BACKUP_INVALID', sentence(why));

function split(backup: Buffer): { header: z.infer<typeof Header>; body: Buffer } {
  const magic = backup.subarray(0, MAGIC.length).toString('latin1');
  if (magic !== MAGIC) throw invalid(/^HEATMINE-BACKUP \d/.test(magic) ? NEWER : 'it is no backup of a unit');
  const end = backup.subarray(0, MAGIC.length + MAX_HEADER_BYTES).indexOf('\n', MAGIC.length);
  const header = Header.safeParse(parse(backup.subarray(MAGIC.length, Math.max(0, end))));
  if (end < 0 || !header.success) throw invalid('its header is damaged');
  return { header: header.data, body: backup.subarray(end + 1) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unseal(seal: z.infer<typeof Seal>, aad: Buffer, body: Buffer, passphrase: string | undefined): Buffer {
  if (passphrase === undefined) throw invalid('it is sealed; give its passphrase');
  const [salt, nonce, tag] = [seal.salt, seal.nonce, seal.tag].map((text) => Buffer.from(text, 'base64'));
  if (nonce!.length !== 12 || tag!.length !== 16) throw invalid('its header is damaged');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(passphrase, salt!), nonce!).setAAD(aad).setAuthTag(tag!);
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw invalid('the passphrase is wrong');
  }
}

function filesOf(unpacked: Buffer): BackupFile[] {
  const files = new Map<string, BackupFile>();
  for (let at = 0; at < unpacked.length; ) {
    const end = unpacked.indexOf('\n', at);
    const entry = Entry.safeParse(parse(unpacked.subarray(at, Math.max(at, end))));
    if (end < 0 || !entry.success) throw invalid('its body is damaged');
    const { name, sizeBytes, sha256: sum } = entry.data;
    const bytes = unpacked.subarray(end + 1, end + 1 + sizeBytes);
    if (!isPackable(name) || files.has(name)) throw invalid(`it names a file "${name.slice(0, 60)}"`);
    if (bytes.length !== sizeBytes || sha256(bytes) !== sum) throw invalid(`${name} is damaged`);
    files.set(name, { name, bytes });
    at = end + 1 + sizeBytes;
  }
  return [...files.values()];
}

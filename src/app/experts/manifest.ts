import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpertFile } from '../../compute/expert-file.ts';
import { HeatmineError } from '../../core/errors.ts';
import { type Manifest, readManifest } from '../../core/manifest.ts';

const KEY_FILE = 'maker.pem';

/** The maker's key of this home; made at the first use. */
export function makerKey(keysDir: string): KeyObject {
  const file = join(keysDir, KEY_FILE);
  if (existsSync(file)) return createPrivateKey(readFileSync(file));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  return privateKey;
}

export interface ExpertManifest {
  manifest: Manifest;
  expert: ExpertFile;
}

/** A manifest of an expert that this version can use. @throws HeatmineError MODEL_INVALID */
export function readExpertManifest(text: string, where: string): ExpertManifest {
  const manifest = readManifest(text, where);
  const expert = ExpertFile.safeParse(manifest.expert);
  if (expert.success) return { manifest, expert: expert.data };
  const issue = expert.error.issues[0];
  throw new HeatmineError('MODEL_INVALID', `${where}: expert.${issue?.path.join('.')}: ${issue?.message}`);
}

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const covered = (domain: string, bytes: Uint8Array) => Buffer.concat([Buffer.from(`heatmine/${domain}\0`), bytes]);

/** Ed25519 by the words of docs/PROTOCOL.md, apart from the code under test. */
export function signer(seed: Uint8Array) {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI.length);
  return { publicKey, sign: (domain: string, bytes: Uint8Array) => sign(null, covered(domain, bytes), key) };
}

export function verifySigned(publicKey: Uint8Array, domain: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
  return verify(null, covered(domain, bytes), key, signature);
}

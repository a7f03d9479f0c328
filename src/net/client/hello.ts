import { type Bytes, concat, fromBase64url, randomBytes, toBase64url } from './bytes.ts';
import { refuse } from './fault.ts';
import { keyBytes, type Signer, verify } from './keys.ts';

const ROLES = ['expert', 'relay'];
const VERSION = 1;

export interface Hello {
  first: string;
  /** The proof to send for this welcome, and whose it was. Throws PEER_INVALID. */
  onWelcome(text: string): Promise<{ proof: string; key: string }>;
}

/** The dialler's side of docs/PROTOCOL.md, "Hello". `nonce` is given by test vectors only. */
export function dialHello(signer: Signer, expect: string | undefined, nonce: Bytes = randomBytes(32)): Hello {
  const first = { type: 'hello', versions: [VERSION], key: signer.id, nonce: toBase64url(nonce), roles: [] };
  return {
    first: JSON.stringify(first),
    async onWelcome(text) {
      const welcome = readWelcome(text);
      if (expect !== undefined && welcome.key !== expect) refuse('PEER_INVALID', 'hello: another key answers there');
      const transcript = (side: number) =>
        concat(
          new Uint8Array([side, 1, VERSION, VERSION]),
          signer.publicKey,
          keyBytes(welcome.key)!,
          nonce,
          welcome.nonce,
          new Uint8Array([0, welcome.roles]),
        );
      if (!(await verify(welcome.key, 'hello', transcript(1), welcome.signature)))
        refuse('PEER_INVALID', 'hello: the signature does not fit the key');
      const signature = toBase64url(await signer.sign('hello', transcript(0)));
      return { proof: JSON.stringify({ type: 'proof', signature }), key: welcome.key };
    },
  };
}

function readWelcome(text: string): { key: string; nonce: Bytes; roles: number; signature: Bytes } {
  const raw = readJson(text);
  const nonce = fromBase64url(raw.nonce, 32);
  const signature = fromBase64url(raw.signature, 64);
  const roles = Array.isArray(raw.roles) ? raw.roles : [undefined];
  const isKnown = roles.every((role) => ROLES.includes(role as string)) && new Set(roles).size === roles.length;
  if (raw.type !== 'welcome' || raw.version !== VERSION || !keyBytes(raw.key) || !nonce || !signature || !isKnown)
    return refuse('PEER_INVALID', 'hello: no welcome that we understand');
  const bits = roles.reduce((sum: number, role) => sum | (1 << ROLES.indexOf(role as string)), 0);
  return { key: raw.key as string, nonce, roles: bits, signature };
}

/** A text frame: a JSON object. Throws PEER_INVALID, without a word of what it was. */
export function readJson(text: string): Record<string, unknown> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    raw = undefined;
  }
  if (typeof raw === 'object' && raw !== null) return raw as Record<string, unknown>;
  return refuse('PEER_INVALID', 'a text frame is no JSON object');
}

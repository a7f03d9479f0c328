import { HeatmineError } from '../../../core/errors.ts';
import { type Identity, keyFromText, verifySignature } from '../identity.ts';
import { Hello, Proof, parseFrame, ROLES, type Role, VERSIONS, Welcome } from './frames.ts';

/** Who is at the other end, proven by signature. */
export interface Peer {
  key: string;
  roles: readonly Role[];
  version: number;
}

export interface HelloFacts {
  /** As the dialler offered them, in its order: nobody between can take one away. */
  versions: readonly number[];
  version: number;
  diallerKey: Buffer;
  acceptorKey: Buffer;
  diallerNonce: Buffer;
  acceptorNonce: Buffer;
  diallerRoles: readonly Role[];
  acceptorRoles: readonly Role[];
}

/** One side of a handshake: what to send first, and what each text frame of the other side leads to. */
export interface Handshake {
  first?: string;
  onText(text: string): { send?: string; peer?: Peer };
}

export interface Me {
  identity: Identity;
  roles: readonly Role[];
  /** 32 bytes of chance. */
  nonce: Buffer;
}

const DOMAIN = 'hello';
const bitsOf = (roles: readonly Role[]) => roles.reduce((bits, role) => bits | (1 << ROLES.indexOf(role)), 0);
const bytesOf = (text: string) => Buffer.from(text, 'base64url');

/** What both sides sign, the dialler under side 0 and the acceptor under side 1. */
export function transcript(side: 0 | 1, facts: HelloFacts): Buffer {
  return Buffer.concat([
    Buffer.from([side, facts.versions.length, ...facts.versions, facts.version]),
    facts.diallerKey,
    facts.acceptorKey,
    facts.diallerNonce,
    facts.acceptorNonce,
    Buffer.from([bitsOf(facts.diallerRoles), bitsOf(facts.acceptorRoles)]),
  ]);
}

/** `expect`: the key that must answer there; left out, whoever answers names itself. */
export function dialHandshake({ identity, roles, nonce }: Me, expect?: string): Handshake {
  const hello = { type: 'hello', versions: [...VERSIONS], key: identity.id, nonce: nonce.toString('base64url'), roles };
  return {
    first: JSON.stringify(hello),
    onText(text) {
      const welcome = parseFrame(Welcome, text);
      if (expect !== undefined && welcome.key !== expect) refuse('another key answers there');
      if (!VERSIONS.includes(welcome.version)) refuse(`version ${welcome.version} was not offered`);
      const facts: HelloFacts = {
        versions: VERSIONS,
        version: welcome.version,
        diallerKey: identity.publicKey,
        acceptorKey: keyFromText(welcome.key)!,
        diallerNonce: nonce,
        acceptorNonce: bytesOf(welcome.nonce),
        diallerRoles: roles,
        acceptorRoles: welcome.roles,
      };
      check(facts.acceptorKey, transcript(1, facts), welcome.signature);
      const signature = identity.sign(DOMAIN, transcript(0, facts)).toString('base64url');
      const peer = { key: welcome.key, roles: welcome.roles, version: welcome.version };
      return { send: JSON.stringify({ type: 'proof', signature }), peer };
    },
  };
}

export function acceptHandshake({ identity, roles, nonce }: Me): Handshake {
  let facts: HelloFacts | undefined;
  let peer: Peer | undefined;
  return {
    onText(text) {
      if (facts && peer) {
        check(facts.diallerKey, transcript(0, facts), parseFrame(Proof, text).signature);
        return { peer };
      }
      const hello = parseFrame(Hello, text);
      const version = hello.versions.find((v) => VERSIONS.includes(v)) ?? refuse('no version in common');
      facts = {
        versions: hello.versions,
        version,
        diallerKey: keyFromText(hello.key)!,
        acceptorKey: identity.publicKey,
        diallerNonce: bytesOf(hello.nonce),
        acceptorNonce: nonce,
        diallerRoles: hello.roles,
        acceptorRoles: roles,
      };
      peer = { key: hello.key, roles: hello.roles, version };
      const signature = identity.sign(DOMAIN, transcript(1, facts)).toString('base64url');
      const own = { key: identity.id, nonce: nonce.toString('base64url'), roles, signature };
      return { send: JSON.stringify({ type: 'welcome', version, ...own }) };
    },
  };
}

function check(key: Buffer, bytes: Buffer, signature: string): void {
  if (!verifySignature(key, DOMAIN, bytes, bytesOf(signature))) refuse('the signature does not fit the key');
}

function refuse(why: string): never {
  throw new HeatmineError('PEER_INVALID', `hello: ${why}`);
}

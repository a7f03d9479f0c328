import type { webcrypto } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import { keyIdOf, suite } from './request.ts';

/** An expert's key for sealed questions is used this long, and opens questions a little longer. RAM only. */
export const SEAL_KEY_MS = 24 * 3_600_000;
export const SEAL_KEY_GRACE_MS = 3_600_000;

export interface SealKeys {
  /** For the descriptor, 32 bytes. A new one after `SEAL_KEY_MS`. */
  publicKey(): Promise<Buffer>;
  keyOf(keyId: Uint8Array): webcrypto.CryptoKey | undefined;
}

interface Held {
  id: Buffer;
  publicKey: Buffer;
  privateKey: webcrypto.CryptoKey;
  bornMs: number;
}

/** Keys that are never written down: what was sealed to one that is gone can be opened by nobody any more. */
export function sealKeys(clock: Pick<Clock, 'monoMs'>): SealKeys {
  let held: Held[] = [];
  let making: Promise<Held> | undefined;
  const age = (key: Held) => clock.monoMs() - key.bornMs;
  const forget = () => {
    held = held.filter((key) => age(key) < SEAL_KEY_MS + SEAL_KEY_GRACE_MS);
  };
  const make = async (): Promise<Held> => {
    const pair = await suite.kem.generateKeyPair();
    const publicKey = Buffer.from(await suite.kem.serializePublicKey(pair.publicKey));
    const key = { id: keyIdOf(publicKey), publicKey, privateKey: pair.privateKey, bornMs: clock.monoMs() };
    held.push(key);
    making = undefined;
    return key;
  };
  return {
    async publicKey() {
      forget();
      const newest = held.at(-1);
      if (newest && age(newest) < SEAL_KEY_MS) return newest.publicKey;
      making ??= make();
      return (await making).publicKey;
    },
    keyOf(keyId) {
      forget();
      return held.find((key) => key.id.equals(keyId))?.privateKey;
    },
  };
}

/** A question is taken this many minutes before or after the expert's clock, and once. */
export const REPLAY_MINUTES = 10;
const MAX_KEPT = 100_000;

/** Remembers the questions of the last minutes; too many at once and it takes none rather than forget one. */
export function replayGuard(clock: Pick<Clock, 'wallMs'>): (enc: Uint8Array, minute: number) => boolean {
  const seen = new Map<string, number>();
  let sweptMinute = 0;
  return (enc, minute) => {
    const now = Math.floor(clock.wallMs() / 60_000);
    if (Math.abs(now - minute) > REPLAY_MINUTES) return false;
    if (sweptMinute !== now) {
      for (const [key, at] of seen) if (now - at > REPLAY_MINUTES) seen.delete(key);
      sweptMinute = now;
    }
    const name = Buffer.from(enc).toString('base64');
    if (seen.has(name) || seen.size >= MAX_KEPT) return false;
    seen.set(name, minute);
    return true;
  };
}

import { fromBase64url, textOf } from './bytes.ts';
import { keyBytes, verify } from './keys.ts';

export interface Offer {
  id: string;
  topics: string[];
  languages: string[];
  /** Micro-credits per million answer tokens. */
  price: number;
}

/** What a node says of itself, as far as an asker needs it. */
export interface Descriptor {
  key: string;
  /** Unix seconds; of two descriptors of a key the later one holds. */
  issuedS: number;
  urls: string[];
  relays: { key: string; url: string }[];
  relay: boolean;
  experts: Offer[];
  /** It has free watts now. */
  sunshine?: true;
  seal?: string;
  operator?: string;
}

const MAX_BYTES = 999;
const SIGNATURE_BYTES = 64;
const TTL_S = 1800;
const SKEW_S = 300;
const URL_SHAPE = /^wss?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;

type Raw = Record<string, unknown>;
const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most;
const isList = (value: unknown, most: number, each: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= most && value.every(each);

export const isPeerUrl = (value: unknown): value is string =>
  isText(value, 128) && URL_SHAPE.test(value) && URL.canParse(value);

const isRelayAt = (value: unknown): boolean =>
  keyBytes((value as Raw | null)?.key) !== undefined && isPeerUrl((value as Raw).url);

function isOffer(value: unknown): boolean {
  const { id, topics, languages, price } = (value ?? {}) as Raw;
  return (
    isText(id, 64) &&
    isList(topics, 4, (topic) => isText(topic, 48)) &&
    isList(languages, 4, (language) => isText(language, 2)) &&
    Number.isSafeInteger(price) &&
    (price as number) >= 0
  );
}

function isDescriptor(raw: Raw): boolean {
  return (
    raw.v === 1 &&
    Number.isSafeInteger(raw.issuedS) &&
    isList(raw.urls, 3, isPeerUrl) &&
    isList(raw.relays, 3, isRelayAt) &&
    typeof raw.relay === 'boolean' &&
    isList(raw.experts, 8, isOffer) &&
    (raw.sunshine === undefined || raw.sunshine === true) &&
    (raw.seal === undefined || keyBytes(raw.seal) !== undefined) &&
    (raw.operator === undefined || (typeof raw.operator === 'string' && raw.operator.length <= 32))
  );
}

/** Undefined for anything but a descriptor signed by the key that it names, not older than half an hour. */
export async function readDescriptor(text: unknown, nowMs: number): Promise<Descriptor | undefined> {
  const bytes = fromBase64url(text);
  if (!bytes || bytes.length > MAX_BYTES || bytes.length <= SIGNATURE_BYTES) return undefined;
  const json = bytes.slice(SIGNATURE_BYTES);
  try {
    const raw = JSON.parse(textOf(json)) as Raw;
    if (!isDescriptor(raw)) return undefined;
    const ageS = nowMs / 1000 - (raw.issuedS as number);
    if (ageS > TTL_S || ageS < -SKEW_S) return undefined;
    const isSigned = await verify(raw.key as string, 'descriptor', json, bytes.slice(0, SIGNATURE_BYTES));
    return isSigned ? (raw as unknown as Descriptor) : undefined;
  } catch {
    return undefined;
  }
}

import { isOurOwn } from '../../per-address.ts';
import { type Descriptor, operatorName, readDescriptor } from '../descriptor.ts';
import { NOT_SERVING } from '../dials.ts';
import type { Discovery, Found } from '../discovery/discovery.ts';
import { freshIdentity } from '../identity.ts';
import { dial } from '../wire/dial.ts';
import { prefixOf } from '../wire/prefix.ts';
import { narrower, type Reach, reachFromHere } from '../wire/reach.ts';

/** One expert of one node that may answer, with its signed word. */
export interface Candidate {
  descriptor: Descriptor;
  /** It as it was signed, base64url. */
  signed: string;
  /** 1 for the question's own topic, less for the ones behind it. */
  fit: number;
  /** How far into our own network its addresses may lead: as far as whoever told of it is away. */
  reach: Reach;
}

export interface GatherOptions {
  discoveries: readonly Discovery[];
  /** Best first. */
  topics: readonly string[];
  /** Only these count; left out: all. */
  counts?: ((descriptor: Descriptor) => boolean) | undefined;
  /** Enough. */
  wanted?: number;
  /** From the start to the end, whatever has come by then. */
  limitMs?: number;
  /** So many times as long as usual the others have after the first one. */
  patience?: number;
  now?: () => number;
}

const WANTED = 8;
const LIMIT_MS = 8_000;
/** After the first one the others have this long: no waiting for the tail of a look-up. */
const AFTER_FIRST_MS = 400;
const DIALS_AT_ONCE = 8;
/** An address where nobody answers keeps others waiting no longer than this. */
const TURN_MS = 500;
const PER_FOUND = 8;
const PER_PREFIX = 2;
const PER_OPERATOR = 2;

/** Verified descriptors of nodes for these topics, the first that come. Dials each that was found: an address counts only if somebody answers there. */
export async function gather({
  discoveries,
  topics,
  counts = () => true,
  wanted = WANTED,
  limitMs = LIMIT_MS,
  patience = 1,
  now = Date.now,
}: GatherOptions): Promise<Candidate[]> {
  const enough = new AbortController();
  const candidates = new Map<string, Candidate>();
  const caps = createCaps();
  const limit = setTimeout(() => enough.abort(), limitMs);
  let tail: NodeJS.Timeout | undefined;
  const add = (descriptor: Descriptor, signed: string, fit: number, reach: Reach) => {
    const before = candidates.get(descriptor.key);
    if (before) heardAgain(before, { signed, fit, reach });
    else if (candidates.size < wanted && caps.admit(descriptor))
      candidates.set(descriptor.key, { descriptor, signed, fit, reach });
    tail ??= setTimeout(() => enough.abort(), patience * AFTER_FIRST_MS);
    if (candidates.size >= wanted) enough.abort();
  };
  const dialled = new Set<string>();
  const room = createRoom(DIALS_AT_ONCE, TURN_MS);
  const lookAt = async (found: Found, topic: string, fit: number) => {
    if (dialled.has(`${topic} ${found.url}`)) return;
    dialled.add(`${topic} ${found.url}`);
    await room(async () => {
      if (enough.signal.aborted) return;
      const { offers, reach } = await offersAt(found, topic, enough.signal);
      for (const text of offers) {
        const descriptor = readDescriptor(Buffer.from(text, 'base64url'), now());
        if (descriptor && counts(descriptor)) add(descriptor, text, fit, reach);
      }
    });
  };
  try {
    await Promise.all(
      discoveries.flatMap((discovery) =>
        topics.map(async (topic, i) => {
          const looks: Promise<void>[] = [];
          for await (const found of discovery.find(topic, enough.signal)) looks.push(lookAt(found, topic, 1 / (1 + i)));
          await Promise.all(looks);
        }),
      ),
    );
  } finally {
    clearTimeout(limit);
    clearTimeout(tail);
    enough.abort();
  }
  return [...candidates.values()];
}

/** Whoever is nearer vouches for these very words only: a key may tell the LAN one thing, and us another by a stranger. */
export function heardAgain(before: Candidate, { signed, fit, reach }: Omit<Candidate, 'descriptor'>): void {
  before.fit = Math.max(before.fit, fit);
  if (before.signed === signed) before.reach = narrower(before.reach, reach);
}

/** What a node offers for a topic; nothing when it does not answer as it should. */
async function offersAt(found: Found, topic: string, signal: AbortSignal): Promise<{ offers: string[]; reach: Reach }> {
  try {
    const { url, key: expect, reach } = found;
    const connection = await dial({ url, reach, identity: freshIdentity(), expect, handlers: NOT_SERVING, signal });
    try {
      const answer = await connection.ask({ type: 'find', topic, limit: PER_FOUND });
      return { offers: answer.type === 'found' ? answer.descriptors : [], reach: reachFromHere(connection.address) };
    } finally {
      connection.close(1000, 'thanks');
    }
  } catch {
    return { offers: [], reach: 'world' };
  }
}

/** 1 for a node with an expert of the first topic, less for the ones behind it, 0 for none. */
export function fitOf({ experts }: Descriptor, topics: readonly string[]): number {
  const first = topics.findIndex((topic) => experts.some((expert) => expert.topics.includes(topic)));
  return first < 0 ? 0 : 1 / (1 + first);
}

/** So many of one prefix and one operator: a hundred nodes in one rack are not a hundred opinions. Loopback and names are free. */
export function createCaps(): { admit(descriptor: Descriptor): boolean } {
  const count = new Map<string, number>();
  return {
    admit({ urls, operator }) {
      const hosts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')).filter((host) => !isOurOwn(host));
      const keys = [
        ...new Set(hosts.map((host) => `at ${prefixOf(host)}`)),
        ...(operator ? [`by ${operatorName(operator)}`] : []),
      ];
      const over = keys.some((key) => (count.get(key) ?? 0) >= (key.startsWith('at') ? PER_PREFIX : PER_OPERATOR));
      if (!over) for (const key of keys) count.set(key, (count.get(key) ?? 0) + 1);
      return !over;
    },
  };
}

/** Begins so many at once, the others in order; one that takes longer than `turnMs` goes on beside the next. */
function createRoom(limit: number, turnMs: number): (work: () => Promise<void>) => Promise<void> {
  let open = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (open >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else open++;
    let isOver = false;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      const next = waiting.shift();
      if (next) next();
      else open--;
    };
    const slow = setTimeout(leave, turnMs);
    try {
      await work();
    } finally {
      clearTimeout(slow);
      leave();
    }
  };
}

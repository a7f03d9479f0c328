import type { ChunkedManifest } from '../../../core/manifest.ts';

/** What is known of an expert that others give. */
export interface OnShelf {
  name: string;
  topics: readonly string[];
  licence: string;
  /** Of its expert.json, unchecked. */
  engine: unknown;
  /** Of its files. */
  sizeBytes: number;
  /** By key: the hour in which it was last heard to give it. */
  givers: Map<string, number>;
}

/** Manifests by id, as their makers signed them, with who gives each. */
export interface Shelf {
  has(id: string): boolean;
  get(id: string): OnShelf | undefined;
  /** `origin`: relay or address prefix of whoever told of it first; keys cost nothing, these do. */
  put(id: string, manifest: ChunkedManifest, origin: string): void;
  /** Undefined for one that is not here. */
  manifest(id: string): ChunkedManifest | undefined;
  all(): [id: string, expert: OnShelf][];
  /** Givers that were last heard before this hour are forgotten. */
  forgetGivers(beforeHour: number): void;
}

const MOST = 512;
/** Strangers sign as many as they like, a quarter of a megabyte each. */
const MOST_BYTES = 16 * 2 ** 20;

interface Kept extends OnShelf {
  /** As text: parsed it takes up to ten times as much. */
  text: Buffer;
  origin: string;
}

/** Without room one that nobody gives goes, or of the origin that fills most of it the oldest: a flood pushes itself out. */
export function createShelf(most = MOST, mostBytes = MOST_BYTES): Shelf {
  const kept = new Map<string, Kept>();
  let bytes = 0;
  const drop = (id: string) => {
    bytes -= kept.get(id)!.text.length;
    kept.delete(id);
  };
  const makeRoom = () => {
    const all = [...kept];
    const unheard = all.find(([, { givers }]) => givers.size === 0);
    const filled = new Map<string, number>();
    for (const [, { origin, text }] of all) filled.set(origin, (filled.get(origin) ?? 0) + text.length);
    const [fullest] = [...filled].sort((a, b) => b[1] - a[1])[0]!;
    drop((unheard ?? all.find(([, { origin }]) => origin === fullest)!)[0]);
  };
  return {
    has: (id) => kept.has(id),
    get: (id) => kept.get(id),
    put(id, manifest, origin) {
      if (kept.has(id)) return;
      const { expert, files } = manifest;
      const text = Buffer.from(JSON.stringify(manifest));
      while (kept.size > 0 && (kept.size >= most || bytes + text.length > mostBytes)) makeRoom();
      const { id: name, topics, licence, engine } = expert;
      const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      kept.set(id, { name, topics, licence, engine, sizeBytes, givers: new Map(), text, origin });
      bytes += text.length;
    },
    manifest(id) {
      const text = kept.get(id)?.text;
      return text && (JSON.parse(text.toString()) as ChunkedManifest);
    },
    all: () => [...kept],
    forgetGivers(beforeHour) {
      for (const { givers } of kept.values())
        for (const [key, hour] of givers) if (hour < beforeHour) givers.delete(key);
    },
  };
}

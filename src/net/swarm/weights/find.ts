import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { ChunkedManifest } from '../../../core/manifest.ts';
import { asTyped } from '../../../core/words.ts';
import { gather } from '../ask/gather.ts';
import { directWays } from '../ask/way.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { Pace } from '../turns.ts';
import type { OfferLine } from './messages.ts';
import { openSource, type Source, type SourceSession } from './source.ts';

export interface FindOptions {
  discoveries: readonly Discovery[];
  /** Own key, which is no source. */
  except?: string;
  pace: Pace;
  signal?: AbortSignal;
  log: Log;
}

/** Someone who gives weights, and what. */
export interface Giver {
  source: Source;
  offers: OfferLine[];
}

const MOST_GIVERS = 16;
const OFFERS_MS = 10_000;
/** Manifests read from one giver at a look: they may be large, and there may be many of them. */
export const MOST_NEW = 16;

/** Nodes that announced this tag. */
export async function findSources(tag: string, { discoveries, except }: FindOptions): Promise<Source[]> {
  const found = await gather({ discoveries, topics: [tag], wanted: MOST_GIVERS });
  return found
    .filter(({ descriptor }) => descriptor.key !== except)
    .map(({ descriptor, reach }) => ({
      key: descriptor.key,
      ways: directWays(descriptor).map((route) => ({ ...route, reach })),
    }));
}

/** What each of those really gives; whoever does not answer is left out. `look` may ask more on the same stream. */
export async function findGivers(
  tag: string,
  wanted: string | undefined,
  options: FindOptions,
  look?: (session: SourceSession, giver: Giver) => Promise<void>,
): Promise<Giver[]> {
  const sources = await findSources(tag, options);
  const asked = sources.map(async (source): Promise<Giver | undefined> => {
    let session: SourceSession | undefined;
    try {
      session = await openSource(source, { ...options, silentMs: OFFERS_MS });
      const giver = { source, offers: await session.offers(wanted) };
      await look?.(session, giver);
      return giver;
    } catch (error) {
      options.log.debug({ source: source.key, err: messageOf(error) }, 'no offers of weights');
      return undefined;
    } finally {
      session?.close();
    }
  });
  return (await Promise.all(asked)).filter((giver) => giver !== undefined);
}

export interface FoundManifest {
  id: string;
  manifest: ChunkedManifest;
  sources: Source[];
}

/** Signed manifests that nodes give under a tag, with who gives each; whoever sends a wrong one is no source. */
export async function findManifests(tag: string, options: FindOptions): Promise<FoundManifest[]> {
  const found = new Map<string, FoundManifest>();
  await findGivers(tag, tag, options, async (session, { source, offers }) => {
    let read = 0;
    for (const { id } of offers) {
      if (!found.has(id) && ++read > MOST_NEW) continue;
      const known = found.get(id);
      if (!known) {
        const manifest = await session.manifest(id);
        if (!found.has(id)) found.set(id, { id, manifest, sources: [] });
      }
      found.get(id)!.sources.push(source);
    }
  });
  return [...found.values()];
}

/** The newest of each maker's. Throws EXPERT_UNKNOWN for none, USAGE when several makers have one of that name. */
export function choose(found: readonly FoundManifest[], what: string, maker: string | undefined): FoundManifest {
  const newest = new Map<string, FoundManifest>();
  for (const one of found) {
    const { maker: by, expert, issuedS } = one.manifest;
    if (maker !== undefined && !by.startsWith(maker.toLowerCase())) continue;
    const before = newest.get(`${by} ${expert.id}`);
    if (!before || before.manifest.issuedS < issuedS) newest.set(`${by} ${expert.id}`, one);
  }
  const all = [...newest.values()];
  if (all.length === 0) {
    const instead = asTyped('experts search WORDS');
    throw new HeatmineError('EXPERT_UNKNOWN', `no node in the swarm gives "${what}"; ${instead} shows what is given`);
  }
  if (all.length === 1) return all[0]!;
  const names = all.map(({ manifest }) => `${manifest.expert.id} by ${manifest.maker.slice(0, 16)}`).join(', ');
  throw new HeatmineError('USAGE', `several experts answer to "${what}": ${names}; choose by name and --maker HEX`);
}

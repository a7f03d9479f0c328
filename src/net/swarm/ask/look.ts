import type { Discovery } from '../discovery/discovery.ts';
import { RELAY_TOPIC, TOPICS } from '../topics.ts';
import { mayLead } from '../wire/reach.ts';
import { type Candidate, fitOf, gather } from './gather.ts';
import type { AskerOptions } from './question.ts';
import { lookThroughRelays } from './through.ts';
import { directWays, entryOrder, type Route, sealedWays, type Way } from './way.ts';

export interface LookUp {
  /** Best first. */
  topics: readonly string[];
  /** Only these count; left out: all. Nobody is told. */
  counts?: ((descriptor: Candidate['descriptor']) => boolean) | undefined;
  /** Enough. */
  wanted?: number;
  /** So many times as long as usual the others have after the first one; above 1 relays are looked for anew. */
  patience?: number;
  /** This node must be among them. */
  node?: string;
}

export interface Looked {
  found: Candidate[];
  relays: Candidate[];
  /** The relay that brought the look-up comes first. */
  waysTo(candidate: Candidate): Way[];
  /** Whether no relay of this node, nor anybody near it, has just seen our address for the look-up. */
  isApart(candidate: Candidate): boolean;
}

const WANTED = 8;
/** Of relays: to enter by, and to ask for others. */
const RELAYS_WANTED = 16;

/** Relays that can be entered by: the topic of this look-up is the same for all askers and questions. */
export const lookForRelays = (discoveries: readonly Discovery[], patience: number): Promise<Candidate[]> =>
  gather({ discoveries, topics: [RELAY_TOPIC], wanted: RELAYS_WANTED, patience });

/**
 * Who answers these topics. In the clear everybody who is dialled sees address and topics. Sealed, relays are asked through an
 * entry relay: they see the topics and no address. Where that brings nobody, all topics are looked for alike, whatever the
 * question: whoever is dialled sees the address and no topic.
 */
export async function lookUp(options: AskerOptions, wish: LookUp): Promise<Looked> {
  const { discoveries, sealed, book } = options;
  const { topics, counts, wanted = WANTED, patience = 1, node } = wish;
  if (!sealed) {
    const found = await gather({ discoveries, topics, counts, wanted, patience });
    return { found, relays: [], waysTo: waysOf(options, []), isApart: () => true };
  }
  const relays = (await (book?.relays(patience) ?? lookForRelays(discoveries, patience))).filter(isOther(options));
  const through = await lookThroughRelays(options, relays, { topics, counts, wanted, patience });
  const isEnough = node === undefined ? through.found.length > 0 : through.found.some((c) => c.descriptor.key === node);
  const found = isEnough
    ? through.found
    : merged(through.found, await lookForAll(options, { topics, counts, wanted, patience }));
  const base = waysOf(options, relays);
  const { entry } = through;
  const waysTo = (candidate: Candidate): Way[] => {
    const ways = base(candidate).map((way) => ({ ...way, looked: isEnough ? ('sealed' as const) : ('all' as const) }));
    return [...ways.filter(({ key }) => key === entry), ...ways.filter(({ key }) => key !== entry)];
  };
  return { found, relays, waysTo, isApart: (c) => entry === undefined || waysTo(c)[0]?.key === entry };
}

function waysOf(
  { sealed, random, experience }: AskerOptions,
  relays: readonly Candidate[],
): (candidate: Candidate) => Way[] {
  if (!sealed) return ({ descriptor, reach }) => directWays(descriptor).map((route) => ({ ...route, reach }));
  const known = relays.map(({ descriptor }) => descriptor);
  const inOrder = entryOrder(experience, random);
  const reachOf = new Map(relays.map(({ descriptor: { key }, reach }) => [key, reach]));
  return ({ descriptor, reach }) => {
    if (!descriptor.seal) return [];
    // An entry relay near us would lead us home: what a stranger names is no better for being dialled by another.
    const mayPass = ({ path }: Route) => path.every(({ url }) => url === undefined || mayLead(url, reach));
    const routes = sealedWays(descriptor, known, sealed, inOrder, random).filter(mayPass);
    return routes.map((route) => ({ ...route, reach: reachOf.get(route.key) ?? 'world' }));
  };
}

/** Neither the asker itself nor a known liar. */
export const isOther =
  ({ own, experience }: AskerOptions) =>
  ({ descriptor: { key } }: Candidate) =>
    key !== own && !experience.shuns(key);

async function lookForAll(
  { discoveries }: AskerOptions,
  {
    topics,
    counts,
    wanted,
    patience,
  }: Required<Pick<LookUp, 'topics' | 'wanted' | 'patience'>> & Pick<LookUp, 'counts'>,
) {
  const all = await gather({ discoveries, topics: TOPICS, counts, wanted: TOPICS.length * wanted, patience });
  return all.flatMap((candidate) => {
    const fit = fitOf(candidate.descriptor, topics);
    return fit > 0 ? [{ ...candidate, fit }] : [];
  });
}

const merged = (some: readonly Candidate[], more: readonly Candidate[]): Candidate[] => {
  const keys = new Set(some.map(({ descriptor }) => descriptor.key));
  return [...some, ...more.filter(({ descriptor }) => !keys.has(descriptor.key))];
};

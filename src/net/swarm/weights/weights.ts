import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HeatmineError } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Random } from '../../../core/random.ts';
import type { SwarmConfig } from '../../../core/swarm-config.ts';
import type { PaidUse } from '../../ledger/books.ts';
import type { Via } from '../../ledger/sunshine.ts';
import { WINDOW_H } from '../demand/demand.ts';
import { createLookups } from '../demand/lookups.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { topicsIn } from '../topics.ts';
import { createPace, type Pace } from '../turns.ts';
import type { Stream } from '../wire/stream.ts';
import { type Installed, installedIn } from './installed.ts';
import { keepByDemand } from './keeper.ts';
import { type Offer, openLibrary, publishedFileOf } from './library.ts';
import { createSeed } from './seed.ts';
import { WEIGHTS_TOPIC } from './tags.ts';
import { encodeUses, linesIn } from './uses.ts';

export interface WeightsOptions {
  config: SwarmConfig;
  /** Of the unit. */
  home: string;
  modelsDir: string;
  stateDir: string;
  /** Own key. */
  self: string;
  /** Own answers that were paid for, as the ledger has them. */
  paid(): Iterable<PaidUse>;
  onLiar(key: string, why: string): void;
  random: Random;
  now?: () => number;
  lookMs?: number;
  log: Log;
}

/** What a descriptor says of an expert beside its price. */
type Said = Omit<Descriptor['experts'][number], 'id' | 'price'>;

/** A node's part in weights that travel. */
export interface Weights {
  /** Whether it gives any, now or later. */
  readonly gives: boolean;
  /** What it is found under now. */
  tags(): string[];
  serve(stream: Stream, by: Via): void;
  /** Of weights that pass through this relay; undefined where none may. */
  readonly relayPace: Pace | undefined;
  /** Experts that demand brought here and strangers may ask. */
  offered(): Descriptor['experts'];
  /** What the manifest of an expert of this home says of it; undefined where it has none. */
  said(expert: string): Said | undefined;
  /** Somebody asked this node who answers or gives that. */
  looked(topic: string, by: Via): void;
  /** `changed` is called when tags or experts are others than before. */
  start(discoveries: readonly Discovery[], changed: () => void): void;
  close(): void;
}

const RESCAN_MS = 5000;
const HOUR_MS = 3_600_000;
const MOST_TAGS = 64;
const CLI = fileURLToPath(new URL('../../../../scripts/heatmine.mjs', import.meta.url));

export function openWeights(options: WeightsOptions): Weights {
  const { config, modelsDir, stateDir, log, now = Date.now } = options;
  const { seed, fetch, upKBps, downKBps, relayKBps } = config.weights;
  const library = openLibrary(modelsDir, publishedFileOf(stateDir), log);
  if (seed) library.look();
  const lookups = createLookups(now);
  const linesOf = (name: string) => linesIn(options.paid(), name, Math.floor(now() / HOUR_MS) - WINDOW_H);
  const nameOf = (dir: string, id: string) => installedIn(modelsDir).find((one) => one.dir === dir)?.name ?? id;
  const usesOf = remembered(Math.min(RESCAN_MS, options.lookMs ?? RESCAN_MS), now, ({ dir, manifest }: Offer) =>
    encodeUses(linesOf(nameOf(dir, manifest.expert.id))),
  );
  const give = seed ? createSeed({ library, pace: createPace(upKBps * 1000), usesOf, log }) : undefined;
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const offered = () => (config.serve?.fetched ? fetchedOf(modelsDir, config.serve.minPriceUcPerMtok) : []);
  return {
    gives: seed,
    tags: () =>
      seed && library.offers().length
        ? [WEIGHTS_TOPIC, ...new Set(library.offers().flatMap(({ tags }) => tags))].slice(0, MOST_TAGS)
        : [],
    serve: (stream, { relay, prefix }) =>
      give
        ? void give(stream, relay ?? prefix ?? '')
        : stream.close('NOT_OFFERED', 'this node gives no weights (swarm.weights.seed)'),
    relayPace: relayKBps > 0 ? createPace(relayKBps * 1000) : undefined,
    offered,
    said(expert) {
      const found = installedIn(modelsDir).find(({ name }) => name === expert);
      return found && saidOf(found);
    },
    looked: lookups.looked,
    start(discoveries, changed) {
      let before = JSON.stringify(offered());
      const look = () => {
        const isOther = seed && library.look();
        const after = JSON.stringify(offered());
        if (isOther || after !== before) changed();
        before = after;
      };
      timer = setInterval(look, Math.min(RESCAN_MS, options.lookMs ?? RESCAN_MS));
      if (!fetch) return;
      const keeper = { ...options, weights: config.weights, discoveries, now, pace: createPace(downKBps * 1000) };
      const admit = (dir: string, name: string) => admitInto(options.home, dir, name, stop.signal);
      void keepByDemand(
        { ...keeper, admit, changed: look, ownUses: ({ name }) => linesOf(name), lookups: lookups.of },
        stop.signal,
      );
    },
    close() {
      clearInterval(timer);
      stop.abort();
    },
  };
}

/** Reads the disk and the ledger for each offer once in a while, however often strangers ask. */
function remembered<T>(everyMs: number, now: () => number, make: (offer: Offer) => T): (offer: Offer) => T {
  const known = new Map<string, { atMs: number; made: T }>();
  return (offer) => {
    const before = known.get(offer.id);
    if (before && Math.abs(now() - before.atMs) < everyMs) return before.made;
    const made = make(offer);
    known.set(offer.id, { atMs: now(), made });
    return made;
  };
}

/** By its manifest. A descriptor is small: of a merge the first two parents, each as far as it goes. */
const saidOf = ({ topics, parents }: Installed): Said => ({
  topics: topicsIn(topics),
  languages: [],
  ...(parents.length && { parents: parents.slice(0, 2).map((name) => name.slice(0, 32)) }),
});

function fetchedOf(modelsDir: string, price: number): Descriptor['experts'] {
  return installedIn(modelsDir)
    .filter(({ origin }) => origin?.how === 'demand')
    .map((one) => ({ id: one.name, price, ...saidOf(one) }));
}

/** A process of its own reads what strangers sent, as `experts pull` does it. */
function admitInto(home: string, dir: string, name: string, signal: AbortSignal): Promise<void> {
  const args = [CLI, 'experts', 'pull', dir, '--move', '--id', name, '--home', home, '--json'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let said = '';
    child.stderr.on('data', (data) => {
      said = (said + data).slice(-2000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new HeatmineError('MODEL_INVALID', `what came is no sound expert: ${said.trim().slice(0, 300)}`));
    });
  });
}

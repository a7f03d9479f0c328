import { rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import { noteGone } from '../../../core/gone.ts';
import type { Log } from '../../../core/log.ts';
import type { Random } from '../../../core/random.ts';
import type { SwarmConfig } from '../../../core/swarm-config.ts';
import { demandOf } from '../demand/demand.ts';
import { decideKeep, type KeepFact } from '../demand/keep.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { Pace } from '../turns.ts';
import { fetchExpert } from './fetch.ts';
import { findGivers, findSources, MOST_NEW } from './find.ts';
import { type Installed, installedIn, type Origin, SOURCE_FILE } from './installed.ts';
import { createShelf, type OnShelf } from './shelf.ts';
import type { Source } from './source.ts';
import { nameTag, topicTag, WEIGHTS_TOPIC } from './tags.ts';
import { decodeUses, openKnownUses, type UseLine } from './uses.ts';
import { openTallies, vouchedFor } from './vouch.ts';

export interface KeeperOptions {
  weights: SwarmConfig['weights'];
  modelsDir: string;
  /** Own key. */
  self: string;
  discoveries: readonly Discovery[];
  /** Checks what has come as `experts pull` does and makes it an expert of this home. */
  admit(dir: string, name: string): Promise<void>;
  /** Own settled use of an expert, by manifest. */
  ownUses(expert: Installed): UseLine[];
  /** Who looked lately for any of these topics and tags. */
  lookups(topics: readonly string[]): number;
  /** Experts have come or gone. */
  changed(): void;
  onLiar(key: string, why: string): void;
  random: Random;
  now: () => number;
  lookMs?: number;
  log: Log;
  pace: Pace;
}

const LOOK_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

/** Looks every ten minutes what is in demand, fetches and keeps it. Ends with the signal. */
export async function keepByDemand(options: KeeperOptions, signal: AbortSignal): Promise<void> {
  const { random, log, lookMs = LOOK_MS } = options;
  const keeper = new Keeper(options, signal);
  while (!signal.aborted) {
    // Not all at once: whoever looks later sees that others have it already.
    await sleep(lookMs * (0.5 + random()), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await keeper.look().catch((error) => {
      if (!signal.aborted) log.warn({ err: messageOf(error) }, 'weights by demand: tried again later');
    });
  }
}

class Keeper {
  readonly #options: KeeperOptions;
  readonly #signal: AbortSignal;
  readonly #uses = openKnownUses();
  readonly #unsound = new Set<string>();
  readonly #shelf = createShelf();

  constructor(options: KeeperOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async look(): Promise<void> {
    const { weights, modelsDir, log } = this.#options;
    await this.#listen();
    const decision = decideKeep({ experts: this.#facts(), diskBytes: weights.diskGB * 1e9 });
    if (!decision.fetch) return;
    const { id, reason } = decision.fetch;
    const known = this.#shelf.get(id)!;
    log.info({ expert: known.name, why: reason }, 'fetching an expert because of demand');
    // First, so that the disk quota holds at every moment.
    for (const { id: old, reason: why } of decision.remove) {
      const expert = installedIn(modelsDir).find((e) => e.id === old && e.origin?.how === 'demand');
      if (!expert) continue;
      log.info({ expert: expert.name, why }, 'an expert that demand brought goes');
      rmSync(expert.dir, { recursive: true, force: true });
      noteGone(modelsDir, { id: expert.name, title: expert.name, why, atMs: this.#options.now() });
    }
    await this.#fetch(id, known, reason);
    this.#options.changed();
  }

  /** What others give now, and the use that they tell of. */
  async #listen(): Promise<void> {
    const nowHour = this.#hour();
    this.#shelf.forgetGivers(nowHour - 1);
    const tallyOf = await openTallies(this.#options.discoveries, this.#options.log);
    await findGivers(WEIGHTS_TOPIC, undefined, this.#finding(), async (session, { source, offers }) => {
      const vouched = vouchedFor(source.key, tallyOf);
      let read = 0;
      for (const { id } of offers) {
        // Each costs milliseconds: the others of whoever brings many are read next time.
        if (!this.#shelf.has(id) && ++read > MOST_NEW) continue;
        if (!this.#shelf.has(id)) this.#shelf.put(id, await session.manifest(id), session.origin);
        this.#shelf.get(id)?.givers.set(source.key, nowHour);
        const told = decodeUses(await session.uses(id));
        const witness = { key: source.key, origin: session.origin };
        this.#uses.told(witness, id, await vouched(told), nowHour);
      }
    });
  }

  #facts(): KeepFact[] {
    const { modelsDir, weights, self, now } = this.#options;
    const here = installedIn(modelsDir);
    for (const expert of here)
      this.#uses.told({ key: self, origin: '' }, expert.id, this.#options.ownUses(expert), this.#hour());
    const demand = demandOf(this.#uses.all(), this.#hour());
    const byDemand = here.filter(({ origin }) => origin?.how === 'demand');
    const others = this.#shelf.all().filter(([id]) => !here.some((expert) => expert.id === id));
    const allowed = (licence: string) =>
      weights.licences?.some((one) => one.toLowerCase() === licence.toLowerCase()) ?? true;
    const lookups = (name: string, topics: readonly string[]) =>
      this.#options.lookups([nameTag(name), ...topics, ...topics.map(topicTag)]);
    const givers = (id: string) => this.#shelf.get(id)?.givers.size ?? 0;
    return [
      ...byDemand.map(({ id, name, sizeBytes, origin, topics }) => ({
        ...{ id, name, sizeBytes, demand: demand.get(id) ?? 0, givers: givers(id), lookups: lookups(name, topics) },
        hereH: (now() - origin!.atMs) / HOUR_MS,
      })),
      ...others
        .filter(([, { engine, licence }]) => engine === 'llama' && allowed(licence))
        .filter(([id]) => givers(id) > 0 && !this.#unsound.has(id))
        .map(([id, { name, topics, sizeBytes }]) => ({
          ...{ id, name, sizeBytes, demand: demand.get(id) ?? 0, givers: givers(id) },
          lookups: lookups(name, topics),
        })),
    ];
  }

  async #fetch(id: string, { name, givers }: OnShelf, reason: string): Promise<void> {
    const manifest = this.#shelf.manifest(id)!;
    const { modelsDir, pace, onLiar, log, admit, now } = this.#options;
    const dir = join(modelsDir, '.incoming', id.slice(0, 32));
    const sources = async (): Promise<Source[]> =>
      (await findSources(WEIGHTS_TOPIC, this.#finding())).filter(({ key }) => givers.has(key));
    const fetched = await fetchExpert({ manifest, dir, sources, pace, onLiar, signal: this.#signal, log });
    const origin: Origin = { how: 'demand', what: reason, from: Object.fromEntries(fetched.from), atMs: now() };
    await writeFile(join(dir, SOURCE_FILE), JSON.stringify(origin));
    try {
      await admit(dir, this.#nameFor(id, name));
    } catch (error) {
      if (!(error instanceof HeatmineError && error.code === 'MODEL_INVALID')) throw error;
      // As its maker signed it, it is no sound expert: not fetched again until the next start.
      this.#unsound.add(id);
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
    log.info({ expert: name, from: Object.fromEntries(fetched.from) }, 'an expert has come');
  }

  /** Another expert of the same name is not replaced. */
  #nameFor(id: string, name: string): string {
    const taken = installedIn(this.#options.modelsDir).some((expert) => expert.name === name && expert.id !== id);
    return taken ? `${name.slice(0, 40)}-${id.slice(0, 6)}` : name;
  }

  #finding() {
    const { discoveries, self, pace, log } = this.#options;
    return { discoveries, except: self, pace, signal: this.#signal, log };
  }

  #hour = () => Math.floor(this.#options.now() / HOUR_MS);
}

import type { Clock } from '../core/clock.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Engine, EngineName } from './engine.ts';
import { bytesOf, type Room, widthOf } from './expert-memory.ts';
import { type FoundExpert, verifiedSpec } from './experts.ts';
import { isSame, type Resident, type Residents, type Use, type Waiter, waitingFor } from './residents-use.ts';
import { createDemand } from './scheduler/demand.ts';
import type { ResidencyDecision } from './scheduler/residency.ts';
import type { Memory as Facts } from './scheduler/schedule.ts';

/** Until a model has been loaded once: hashing and mapping from flash. */
const FIRST_LOAD_S = 0.5;
const FIRST_LOAD_BYTES_PER_S = 1e9;

interface Parts {
  byId: Map<string, FoundExpert>;
  engineOf(name: EngineName): Engine | undefined;
  /** Less once a GPU is lost. */
  room: () => Room;
  clock: Clock;
}

class Memory implements Residents {
  readonly #parts: Parts;
  readonly #residents = new Map<string, Resident>();
  readonly #faults = new Map<string, string>();
  readonly #loadS = new Map<string, number>();
  readonly #lastUsedMs = new Map<string, number>();
  /** Unloaded by the owner: not loaded again until asked. */
  readonly #sentAway = new Set<string>();
  readonly #demand;
  #waiters: Waiter[] = [];
  #drain = new Set<string>();
  #work: Promise<void> | undefined;
  #changed: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#demand = createDemand([...parts.byId.keys()]);
  }

  async use(id: string, signal?: AbortSignal): Promise<Use> {
    this.#demand.asked(id);
    this.#sentAway.delete(id);
    if (this.#parts.byId.has(id)) this.#lastUsedMs.set(id, this.#parts.clock.wallMs());
    return this.#enter(id, signal);
  }

  borrow(id: string): Promise<Use> {
    return this.#enter(id);
  }

  resident(id: string): boolean {
    this.#forgetLost();
    return this.#residents.has(id);
  }

  facts(id: string) {
    const loadS = this.resident(id) ? 0 : this.#costS(id);
    const lastUsedMs = this.#lastUsedMs.get(id) ?? null;
    return { memoryBytes: this.#bytes(id), loadS, lastUsedMs, demandShare: this.#demand.share(id) };
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  memory(): Facts {
    this.#forgetLost();
    const residents = [...this.#residents];
    return {
      freeBytes: this.#freeBytes(),
      loading: this.#work !== undefined,
      waiting: waitingFor(
        this.#waiters.filter(({ id }) => !this.#residents.has(id)),
        this.#fact,
        this.#parts.clock.monoMs(),
      ),
      residents: () => residents.map(([id, r]) => ({ ...this.#fact(id), busy: r.users > 0 })),
      absent: () => this.#absent(),
      share: this.#demand.share,
    };
  }

  apply(decision: ResidencyDecision | undefined): void {
    if (this.#work) return;
    if (decision?.do !== 'load') {
      this.#settle(decision?.drain ?? []);
      return;
    }
    this.#work = this.#load(decision.id, decision.unload).finally(() => {
      this.#work = undefined;
      this.#changed();
    });
  }

  async load(id: string): Promise<void> {
    this.#sentAway.delete(id);
    (await this.borrow(id)).release();
  }

  async unload(id: string): Promise<void> {
    if (!this.#parts.byId.has(id)) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id.slice(0, 64)}" here`);
    const there = this.#residents.get(id);
    if (this.#waiters.some((w) => w.id === id)) throw new HeatmineError('BUSY', `${id} is waited for; try again later`);
    if (!there) return;
    if (there.users > 0) throw new HeatmineError('BUSY', `${id} answers somebody now; try again after that`);
    this.#residents.delete(id);
    this.#sentAway.add(id);
    await there.model.unload().catch(() => undefined);
    this.#changed();
  }

  fault(id: string): string | undefined {
    return this.#faults.get(id);
  }

  update(experts: readonly FoundExpert[]): void {
    const { byId } = this.#parts;
    const now = new Map(experts.map((e) => [e.id, e]));
    for (const id of byId.keys()) {
      if (isSame(now.get(id), byId.get(id))) continue;
      this.#faults.delete(id);
      const there = this.#residents.get(id);
      if (!there) continue;
      there.isStale = true;
      this.#leaveIfUnused(id, there);
    }
    for (const id of byId.keys()) if (!now.has(id)) this.#demand.remove(id);
    for (const id of now.keys()) this.#demand.add(id);
    byId.clear();
    for (const [id, expert] of now) byId.set(id, expert);
  }

  async close(): Promise<void> {
    for (const w of this.#waiters.splice(0)) w.reject(new HeatmineError('BUSY', 'the unit is stopping'));
    await this.#work;
    for (const { model } of this.#residents.values()) await model.unload().catch(() => undefined);
    this.#residents.clear();
  }

  async #enter(id: string, signal?: AbortSignal): Promise<Use> {
    signal?.throwIfAborted();
    const expert = this.#parts.byId.get(id);
    if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id}" here`);
    const fault = this.#faults.get(id);
    if (fault !== undefined) throw new HeatmineError('MODEL_INVALID', fault);
    const bytes = this.#bytes(id);
    const { budgetBytes } = this.#parts.room();
    if (bytes > budgetBytes)
      throw new HeatmineError('BUSY', `${id} needs ${bytes} bytes of memory, all models may take ${budgetBytes}`);
    this.#forgetLost();
    const there = this.#residents.get(id);
    if (there && this.#takes(id, there)) return this.#hold(id, there);
    const { promise, resolve, reject } = Promise.withResolvers<Use>();
    const waiter: Waiter = { id, sinceMs: this.#parts.clock.monoMs(), resolve, reject };
    const giveUp = () => {
      this.#waiters = this.#waiters.filter((w) => w !== waiter);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#waiters.push(waiter);
    this.#changed();
    return promise.finally(() => signal?.removeEventListener('abort', giveUp));
  }

  /** The engine's process may have taken them along. */
  #forgetLost(): void {
    for (const [id, { model }] of this.#residents) if (model.lost) this.#residents.delete(id);
  }

  #takes = (id: string, { isStale }: Resident): boolean => !isStale && !this.#drain.has(id);

  /** Stale weights take no new question and go with their last user. */
  #leaveIfUnused(id: string, there: Resident): void {
    if (there.users > 0 || this.#residents.get(id) !== there) return;
    this.#residents.delete(id);
    void there.model.unload().then(this.#changed, () => undefined);
  }

  #hold(id: string, resident: Resident): Use {
    resident.users++;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      resident.users--;
      if (resident.isStale) this.#leaveIfUnused(id, resident);
      this.#changed();
    };
    return { model: resident.model, release };
  }

  #bytes = (id: string): number => bytesOf(this.#parts.byId.get(id), this.#parts.room().deviceBytes);
  #freeBytes = () =>
    [...this.#residents.keys()].reduce((left, id) => left - this.#bytes(id), this.#parts.room().budgetBytes);
  #costS = (id: string): number => this.#loadS.get(id) ?? FIRST_LOAD_S + this.#bytes(id) / FIRST_LOAD_BYTES_PER_S;
  #fact = (id: string) => ({ id, bytes: this.#bytes(id), loadS: this.#costS(id) });

  #absent() {
    const away = (id: string) => this.#residents.has(id) || this.#faults.has(id) || this.#sentAway.has(id);
    const ids = [...this.#parts.byId].filter(([id, { fact }]) => fact && !away(id)).map(([id]) => id);
    return ids.map((id) => ({ id, bytes: this.#bytes(id), share: this.#demand.share(id) }));
  }

  /** Those who wait for a model that is there after all; `drain` is to make room and takes nobody. */
  #settle(drain: readonly string[]): void {
    this.#drain = new Set(drain);
    const still: Waiter[] = [];
    for (const w of this.#waiters) {
      const there = this.#residents.get(w.id);
      if (there && this.#takes(w.id, there)) w.resolve(this.#hold(w.id, there));
      else still.push(w);
    }
    this.#waiters = still;
  }

  async #load(id: string, unload: readonly string[]): Promise<void> {
    try {
      // All at once, before the first of them takes its time: none is given to anybody any more.
      const victims = unload.map((victim) => this.#residents.get(victim)?.model);
      for (const victim of unload) this.#residents.delete(victim);
      for (const model of victims) await model?.unload().catch(() => undefined);
      const expert = this.#parts.byId.get(id);
      if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id}" here any more`);
      const engine = expert.fact && this.#parts.engineOf(expert.fact.engine);
      if (!engine) throw new HeatmineError('MODEL_INVALID', `${id}: ${expert.unsound ?? 'no engine for it here'}`);
      const startedMs = this.#parts.clock.monoMs();
      const model = await engine.load(await verifiedSpec(expert, widthOf(expert, this.#parts.room().deviceBytes)));
      this.#loadS.set(id, Math.max(0.01, (this.#parts.clock.monoMs() - startedMs) / 1000));
      // Replaced meanwhile: whoever waits gets what is there now.
      if (!isSame(this.#parts.byId.get(id), expert)) return await model.unload();
      this.#residents.set(id, { model, users: 0, isStale: false });
      this.#settle([]);
    } catch (error) {
      if (error instanceof HeatmineError && error.code === 'MODEL_INVALID') this.#faults.set(id, error.message);
      for (const w of this.#waiters) if (w.id === id) w.reject(error);
      this.#waiters = this.#waiters.filter((w) => w.id !== id);
    }
  }
}

export function createResidents(
  experts: readonly FoundExpert[],
  engineOf: Parts['engineOf'],
  room: Parts['room'],
  clock: Clock,
): Residents {
  return new Memory({ byId: new Map(experts.map((e) => [e.id, e])), engineOf, room, clock });
}

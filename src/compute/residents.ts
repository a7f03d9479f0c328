import { HeatmineError } from '../core/errors.ts';
import type { Engine, LoadedModel } from './engine.ts';
import { type FoundExpert, verifiedSpec } from './experts.ts';

/** What a loaded model costs beside its file: context, tokenizer, sampler (measured: 5-10 MiB with 260K parameters). */
const OVERHEAD_BYTES = 12 * 2 ** 20;

/** Models in memory, loaded at first use, the least recently used unloaded when the budget is reached. */
export interface Residents {
  /** `release` when done: a model in use is never unloaded. */
  use(id: string): Promise<{ model: LoadedModel; release: () => void }>;
  resident(id: string): boolean;
  /** Why it cannot be loaded; such a model is not tried again until the next start. */
  fault(id: string): string | undefined;
  close(): Promise<void>;
}

interface Entry {
  loading: Promise<LoadedModel>;
  bytes: number;
  users: number;
  lastUse: number;
  loaded: boolean;
}

export function createResidents(
  experts: readonly FoundExpert[],
  engines: Partial<Record<'llama' | 'onnx', Engine>>,
  budgetBytes: number,
): Residents {
  const byId = new Map(experts.map((e) => [e.id, e]));
  const entries = new Map<string, Entry>();
  const faults = new Map<string, string>();
  let uses = 0;
  async function makeRoom(): Promise<void> {
    const idle = [...entries]
      .filter(([, e]) => e.users === 0 && e.loaded)
      .sort(([, a], [, b]) => a.lastUse - b.lastUse);
    const total = () => [...entries.values()].reduce((sum, e) => sum + e.bytes, 0);
    for (const [id, entry] of idle) {
      if (total() <= budgetBytes) return;
      entries.delete(id);
      await (await entry.loading).unload();
    }
    if (total() > budgetBytes) {
      throw new HeatmineError('BUSY', `no memory for one more model: ${total()} bytes needed, ${budgetBytes} allowed`);
    }
  }
  function load(id: string, expert: FoundExpert, bytes: number): Entry {
    const start = async () => {
      await makeRoom();
      const engine = expert.fact && engines[expert.fact.engine];
      if (!engine) throw new HeatmineError('MODEL_INVALID', `${id}: ${expert.unsound ?? 'no engine for it here'}`);
      return engine.load(await verifiedSpec(expert));
    };
    const entry: Entry = { loading: Promise.resolve().then(start), bytes, users: 0, lastUse: ++uses, loaded: false };
    entries.set(id, entry);
    entry.loading.then(
      () => {
        entry.loaded = true;
      },
      (error) => {
        entries.delete(id);
        if (error instanceof HeatmineError && error.code === 'MODEL_INVALID') faults.set(id, error.message);
      },
    );
    return entry;
  }
  return {
    async use(id) {
      const expert = byId.get(id);
      if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id}" here`);
      const fault = faults.get(id);
      if (fault !== undefined) throw new HeatmineError('MODEL_INVALID', fault);
      const bytes = (expert.fact?.sizeBytes ?? 0) + OVERHEAD_BYTES;
      const entry = entries.get(id) ?? load(id, expert, bytes);
      entry.users++;
      entry.lastUse = ++uses;
      let held = true;
      const release = () => {
        if (held) entry.users--;
        held = false;
      };
      try {
        return { model: await entry.loading, release };
      } catch (error) {
        release();
        throw error;
      }
    },
    resident: (id) => entries.get(id)?.loaded ?? false,
    fault: (id) => faults.get(id),
    async close() {
      const all = [...entries.values()];
      entries.clear();
      for (const entry of all) await entry.loading.then((model) => model.unload()).catch(() => undefined);
    },
  };
}

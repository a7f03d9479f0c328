import type { ComputeState } from '../contract/messages.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Engine } from './engine.ts';
import type { FoundExpert } from './experts.ts';
import { createLane, type Lane } from './lane.ts';
import type { Residents, Use } from './residents.ts';

/** Somebody who can be asked: an expert on disk, or a model of the upstream. */
export interface Answerer {
  id: string;
  title: string;
  prompt: { prefix: string; suffix: string };
  stop: readonly string[];
  maxTokens: number;
  temperature: number;
  grammar: string | undefined;
  /** Answers of one lane wait for each other. */
  lane: Lane;
  use(signal?: AbortSignal): Promise<Use>;
}

export interface Catalogue {
  /** @throws HeatmineError EXPERT_UNKNOWN, or MODEL_INVALID with the reason when it is unsound. */
  get(id: string): Answerer;
  /** Ids of the sound ones that `auto` may pick, in order. */
  answering(): string[];
  states(): ComputeState['experts'];
  /** What the upstream offers now. */
  setUpstream(models: readonly { id: string; contextTokens: number }[]): void;
}

export const UPSTREAM_PREFIX = 'upstream:';
const UPSTREAM_WIDTH = 8;
const UPSTREAM_MAX_TOKENS = 2048;
/** The wire allows 64 characters for an expert's name. */
const MAX_ID_CHARS = 64;

export interface CatalogueParts {
  experts: readonly FoundExpert[];
  residents: Residents;
  /** All answers of the engines in this process take turns: they share its one compute thread. */
  local: Lane;
  upstream?: { engine: Engine; url: string };
}

export function createCatalogue({ experts, residents, local, upstream }: CatalogueParts): Catalogue {
  const remote = new Map<string, Answerer>();
  const remoteLane = createLane(UPSTREAM_WIDTH);
  // The ancestor of others is asked by name, never picked.
  const parents = new Set(experts.flatMap((e) => e.fact?.parents ?? []));
  const answers = ({ id, fact }: FoundExpert) =>
    fact?.engine === 'llama' && !parents.has(id) && residents.fault(id) === undefined;
  const localAnswerer = ({ id, fact, unsound, grammar }: FoundExpert): Answerer => {
    if (!fact) throw new HeatmineError('MODEL_INVALID', `expert ${id}: ${unsound}`);
    if (fact.engine === 'onnx') throw new HeatmineError('EXPERT_UNKNOWN', `${id} picks experts, it does not answer`);
    const { title, prompt, stop, maxTokens, temperature } = fact;
    return {
      id,
      title,
      prompt,
      stop,
      maxTokens,
      temperature,
      grammar,
      lane: local,
      use: (signal) => residents.use(id, signal),
    };
  };
  return {
    get(id) {
      const far = remote.get(id);
      if (far) return far;
      const expert = experts.find((e) => e.id === id);
      if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id.slice(0, 64)}" here`);
      return localAnswerer(expert);
    },
    answering() {
      const able = experts.filter(answers);
      // One that failed its own test is asked by name, unless there is nobody else.
      const passing = able.filter((e) => e.fact?.quality?.passes !== false);
      return [...(passing.length ? passing : able).map((e) => e.id), ...remote.keys()];
    },
    states: () => [
      ...experts.map((e) => ({
        id: e.id,
        title: e.fact?.title ?? e.id,
        engine: e.fact?.engine ?? 'none',
        resident: residents.resident(e.id),
        sizeBytes: e.fact?.sizeBytes ?? 0,
        passes: e.fact?.quality?.passes ?? false,
        ...noteOf(e.unsound ?? residents.fault(e.id) ?? e.fact?.quality?.note),
      })),
      ...[...remote.values()].map((a) => ({
        ...{ id: a.id, title: a.title, engine: 'upstream', resident: true, sizeBytes: 0, passes: true },
        note: 'served by the upstream; its quality was not measured here',
      })),
    ],
    setUpstream(models) {
      remote.clear();
      if (!upstream) return;
      for (const { id, contextTokens } of models) {
        const name = UPSTREAM_PREFIX + id;
        if (name.length <= MAX_ID_CHARS)
          remote.set(name, remoteAnswerer(upstream, name, id, contextTokens, remoteLane));
      }
    },
  };
}

const noteOf = (note: string | undefined) => (note === undefined ? {} : { note: note.slice(0, 400) });

function remoteAnswerer(
  { engine, url }: { engine: Engine; url: string },
  name: string,
  id: string,
  contextTokens: number,
  lane: Lane,
): Answerer {
  return {
    id: name,
    title: id,
    prompt: { prefix: '', suffix: '' },
    stop: [],
    maxTokens: UPSTREAM_MAX_TOKENS,
    temperature: 0.7,
    grammar: undefined,
    lane,
    use: async () => ({
      model: await engine.load({ id, file: url, contextTokens, sizeBytes: 0 }),
      release: () => {},
    }),
  };
}

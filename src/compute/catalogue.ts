import type { ComputeState } from '../contract/messages.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Engine } from './engine.ts';
import type { FoundExpert } from './experts.ts';
import { createLane, type Lane } from './lane.ts';
import { UPSTREAM_PREFIX } from './pick.ts';
import type { Wording } from './prompt.ts';
import type { Residents, Use } from './residents-use.ts';

/** Somebody who can be asked: an expert on disk, or a model of the upstream. */
export interface Answerer {
  id: string;
  title: string;
  prompt: Wording;
  stop: readonly string[];
  maxTokens: number;
  contextTokens: number;
  temperature: number;
  grammar: string | undefined;
  /** Its answer is what follows this in what it says. */
  saysAfter: string | undefined;
  /** It is asked with the state of this unit, whatever the question. */
  readsUnitState: boolean;
  /** The first 16 hex digits of the SHA-256 of its weights; undefined where they are not here. */
  weights: string | undefined;
  /** Speaks the API itself: gets messages, tools and format as they came. */
  remote: boolean;
  /** Answers of one lane wait for each other. */
  lane: Lane;
  use(signal?: AbortSignal): Promise<Use>;
}

export interface Listed {
  id: string;
  title: string;
  engine: string;
  /** Whether `auto` may pick it. */
  answers: boolean;
  resident: boolean;
  sizeBytes: number;
  memoryBytes: number;
  /** Until it could answer: 0 when it is in memory. */
  loadS: number;
  lastUsedMs: number | null;
  /** The part of the next questions that is expected for it, 0..1. */
  demandShare: number;
  /** What it was made from. */
  parents: readonly string[];
  licence: string;
  modifiedMs: number;
  contextTokens: number;
  sha256: string;
  architecture: string;
  parameters: number;
  fileType: number | undefined;
  priceEurPerMtoken: number;
  passes: boolean;
  note?: string;
  /** What it is for. */
  description: string;
}

export interface Catalogue {
  /** @throws HeatmineError EXPERT_UNKNOWN, or MODEL_INVALID with the reason when it is unsound. */
  get(id: string): Answerer;
  /** Ids of the sound ones that `auto` may pick, in order. */
  answering(): string[];
  states(): ComputeState['experts'];
  /** All that can be told of everyone who is here. */
  list(): Listed[];
  /** Seconds until it could answer, and the price of its list; for `auto` what most of them take. */
  termsOf(id: string): { loadS: number; listEurPerMtoken: number };
  /** What the upstream offers now. */
  setUpstream(models: readonly { id: string; contextTokens: number }[]): void;
}

const UPSTREAM_WIDTH = 8;
const UPSTREAM_MAX_TOKENS = 2048;
/** The wire allows 64 characters for an expert's name. */
const MAX_ID_CHARS = 64;

export interface CatalogueParts {
  experts: readonly FoundExpert[];
  residents: Residents;
  /** Answers at once over all experts here; of one expert they are computed in one batch. */
  local: Lane;
  /** Of those whose maker asks no other. */
  priceEurPerMtoken: number;
  upstream?: { engine: Engine; url: string };
}

export function createCatalogue({ experts, residents, local, upstream, priceEurPerMtoken }: CatalogueParts): Catalogue {
  const remote = new Map<string, Answerer>();
  const remoteLane = createLane(UPSTREAM_WIDTH);
  // An ancestor that proved nothing itself is asked by name, never picked; one that did stays when it has children.
  const parents = new Set(experts.flatMap((e) => e.fact?.parents ?? []));
  const answers = ({ id, fact }: FoundExpert) =>
    fact?.engine === 'llama' && !(parents.has(id) && fact.quality === undefined) && residents.fault(id) === undefined;
  const answering = () => {
    const able = experts.filter(answers);
    // One that failed its own test is asked by name, unless there is nobody else.
    const passing = able.filter((e) => e.fact?.quality?.passes !== false);
    return [...(passing.length ? passing : able).map((e) => e.id), ...remote.keys()];
  };
  const localAnswerer = ({ id, fact, unsound, grammar }: FoundExpert): Answerer => {
    if (!fact) throw new HeatmineError('MODEL_INVALID', `expert ${id}: ${unsound}`);
    if (fact.engine === 'onnx') throw new HeatmineError('EXPERT_UNKNOWN', `${id} picks experts, it does not answer`);
    const { title, prompt, stop, maxTokens, contextTokens, temperature } = fact;
    return {
      id,
      title,
      prompt,
      stop,
      maxTokens,
      contextTokens,
      temperature,
      grammar,
      saysAfter: fact.saysAfter,
      readsUnitState: fact.reads === 'unitState',
      weights: fact.sha256.slice(0, 16),
      remote: false,
      lane: local,
      use: (signal) => residents.use(id, signal),
    };
  };
  const list = () => {
    const able = new Set(answering());
    const here = experts.map((e) => ({ priceEurPerMtoken, ...listedOf(e, residents), answers: able.has(e.id) }));
    return [...here, ...[...remote.values()].map((a) => ({ ...listedUpstream(a), priceEurPerMtoken }))];
  };
  return {
    get(id) {
      const far = remote.get(id);
      if (far) return far;
      const expert = experts.find((e) => e.id === id);
      if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id.slice(0, 64)}" here`);
      return localAnswerer(expert);
    },
    answering,
    states: () =>
      list().map(({ id, title, engine, resident, sizeBytes, passes, note }) => ({
        ...{ id, title, engine, resident, sizeBytes, passes },
        ...noteOf(note),
      })),
    list,
    termsOf(id) {
      const fact = experts.find((e) => e.id === id)?.fact;
      const loadS = fact ? residents.facts(id).loadS : 0;
      return { loadS, listEurPerMtoken: fact?.priceEurPerMtoken ?? priceEurPerMtoken };
    },
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

function listedOf(expert: FoundExpert, residents: Residents): Omit<Listed, 'answers' | 'priceEurPerMtoken'> {
  const { id, fact, info, unsound, modifiedMs } = expert;
  return {
    ...{ id, title: fact?.title ?? id, engine: fact?.engine ?? 'none', modifiedMs },
    resident: residents.resident(id),
    sizeBytes: fact?.sizeBytes ?? 0,
    ...residents.facts(id),
    contextTokens: fact?.engine === 'llama' ? fact.contextTokens : 0,
    parents: fact?.parents ?? [],
    licence: fact?.licence ?? '',
    sha256: fact?.sha256 ?? '',
    architecture: info?.architecture ?? fact?.engine ?? 'none',
    parameters: info?.parameters ?? 0,
    fileType: info?.fileType,
    ...(fact?.priceEurPerMtoken === undefined ? {} : { priceEurPerMtoken: fact.priceEurPerMtoken }),
    passes: fact?.quality?.passes ?? false,
    description: (fact?.description ?? '').slice(0, 300),
    ...noteOf(unsound ?? residents.fault(id) ?? fact?.quality?.note),
  };
}

const listedUpstream = ({ id, title, contextTokens }: Answerer): Omit<Listed, 'priceEurPerMtoken'> => ({
  ...{ id, title, engine: 'upstream', answers: true, resident: true, sizeBytes: 0, memoryBytes: 0, loadS: 0 },
  ...{
    lastUsedMs: null,
    demandShare: 0,
    parents: [],
    licence: '',
    modifiedMs: 0,
    contextTokens,
    sha256: '',
    architecture: 'upstream',
    parameters: 0,
  },
  ...{ fileType: undefined, passes: true, description: '' },
  note: 'served by the upstream; its quality was not measured here',
});

export function remoteAnswerer(
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
    contextTokens,
    temperature: 0.7,
    grammar: undefined,
    saysAfter: undefined,
    readsUnitState: false,
    weights: undefined,
    remote: true,
    lane,
    use: async () => ({
      model: await engine.load({ id, file: url, contextTokens, width: UPSTREAM_WIDTH, sizeBytes: 0 }),
      release: () => {},
    }),
  };
}

import { createHash } from 'node:crypto';
import type { ComputeState } from '../contract/messages.ts';
import { HeatmineError } from '../core/errors.ts';
import { canonical } from '../core/manifest.ts';
import type { EnergyOf } from './energy.ts';
import type { Engine } from './engine.ts';
import type { LlamaExpert } from './expert-file.ts';
import type { FoundExpert } from './experts.ts';
import { createLane, type Lane } from './lane.ts';
import { type Listed, listedOf, listedUpstream, noteOf } from './listed.ts';
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
  /** Tokens of its own; undefined where its weights do not say. */
  vocabulary: number | undefined;
  temperature: number;
  grammar: string | undefined;
  /** Its answer is what follows this in what it says. */
  saysAfter: string | undefined;
  /** It is asked with the state of this unit, whatever the question. */
  readsUnitState: boolean;
  /** The first 16 hex digits of the SHA-256 of its weights; undefined where they are not here. */
  weights: string | undefined;
  /** The same of how it is asked and bounded: what of its manifest shapes an answer beside the weights. */
  wording: string | undefined;
  /** Speaks the API itself: gets messages, tools and format as they came. */
  remote: boolean;
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
  energy: EnergyOf;
  /** Answers at once over all experts here; of one expert they are computed in one batch. */
  local: Lane;
  /** Of those whose maker asks no other. */
  priceEurPerMtoken: number;
  upstream?: { engine: Engine; url: string };
}

const speaks = (fact: FoundExpert['fact']) => fact !== undefined && fact.engine !== 'onnx';

export function createCatalogue(parts: CatalogueParts): Catalogue {
  const { experts, residents, energy, local, upstream, priceEurPerMtoken } = parts;
  const remote = new Map<string, Answerer>();
  const remoteLane = createLane(UPSTREAM_WIDTH);
  // An ancestor that proved nothing itself is asked by name, never picked; one that did stays when it has children.
  const parents = new Set(experts.flatMap((e) => e.fact?.parents ?? []));
  const answers = ({ id, fact }: FoundExpert) =>
    speaks(fact) && !(parents.has(id) && fact?.quality === undefined) && residents.fault(id) === undefined;
  const answering = () => {
    const able = experts.filter(answers);
    // One that failed its own test is asked by name, unless there is nobody else.
    const passing = able.filter((e) => e.fact?.quality?.passes !== false);
    return [...(passing.length ? passing : able).map((e) => e.id), ...remote.keys()];
  };
  const localAnswerer = ({ id, fact, unsound, grammar, info }: FoundExpert): Answerer => {
    if (!fact) throw new HeatmineError('MODEL_INVALID', `expert ${id}: ${unsound}`);
    if (fact.engine === 'onnx') throw new HeatmineError('EXPERT_UNKNOWN', `${id} picks experts, it does not answer`);
    const { title, prompt, stop, maxTokens, contextTokens, temperature } = fact;
    return {
      ...{ id, title, prompt, stop, maxTokens, contextTokens, temperature, grammar },
      vocabulary: info?.vocabulary,
      saysAfter: fact.saysAfter,
      readsUnitState: fact.reads === 'unitState',
      weights: fact.sha256.slice(0, 16),
      wording: knownWording(fact, grammar),
      remote: false,
      lane: local,
      use: (signal) => residents.use(id, signal),
    };
  };
  const list = () => {
    const able = new Set(answering());
    const here = experts.map((e) => ({
      ...{ priceEurPerMtoken, ...listedOf(e, residents, energy) },
      answers: able.has(e.id),
    }));
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

/** Two copies of the same weights that are asked by other words are not the same expert. docs/PROTOCOL.md says what is hashed. */
export function wordingOf(fact: LlamaExpert, grammar: string | undefined): string {
  const { prompt, reads, saysAfter, stop, maxTokens, contextTokens } = fact;
  const shaping = { prompt, reads, saysAfter, stop, maxTokens, contextTokens, grammar: grammar ?? null };
  return createHash('sha256').update(canonical(shaping)).digest('hex').slice(0, 16);
}

const wordings = new WeakMap<LlamaExpert, string>();

/** Once for each: an expert's description and its grammar are replaced together. */
function knownWording(fact: LlamaExpert, grammar: string | undefined): string {
  const wording = wordings.get(fact) ?? wordingOf(fact, grammar);
  wordings.set(fact, wording);
  return wording;
}

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
    vocabulary: undefined,
    temperature: 0.7,
    grammar: undefined,
    saysAfter: undefined,
    readsUnitState: false,
    weights: undefined,
    wording: undefined,
    remote: true,
    lane,
    use: async () => ({
      model: await engine.load({ id, file: url, contextTokens, width: UPSTREAM_WIDTH, sizeBytes: 0 }),
      release: () => {},
    }),
  };
}

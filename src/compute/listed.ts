import type { Answerer } from './catalogue.ts';
import type { EnergyOf } from './energy.ts';
import type { FoundExpert } from './experts.ts';
import type { Residents } from './residents-use.ts';

/** All that /v1/models tells of one expert. */
export interface Listed {
  id: string;
  title: string;
  engine: string;
  /** Whether `auto` may pick it. */
  answers: boolean;
  /** Whether it answers whoever names it. */
  byName: boolean;
  resident: boolean;
  sizeBytes: number;
  memoryBytes: number;
  /** Until it could answer: 0 when it is in memory. */
  loadS: number;
  lastUsedMs: number | null;
  /** The part of the next questions that is expected for it, 0..1. */
  demandShare: number;
  /** Null for those of the upstream: somebody else's watts. */
  jPerToken: number | null;
  /** By watts read while it computed, of the card under its caps, or the published figure of the card. */
  energyFrom: 'expert' | 'card' | 'modelled';
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

export const noteOf = (note: string | undefined) => (note === undefined ? {} : { note: note.slice(0, 400) });

export function listedOf(
  expert: FoundExpert,
  residents: Residents,
  energy: EnergyOf,
): Omit<Listed, 'answers' | 'priceEurPerMtoken'> {
  const { id, fact, info, unsound, modifiedMs } = expert;
  const { jPerToken, energyFrom } = energy(id);
  return {
    ...{ id, title: fact?.title ?? id, engine: fact?.engine ?? 'none', modifiedMs },
    byName: !!fact && fact.engine !== 'onnx' && residents.fault(id) === undefined,
    resident: residents.resident(id),
    sizeBytes: fact?.sizeBytes ?? 0,
    ...residents.facts(id),
    ...{ jPerToken, energyFrom },
    contextTokens: fact && fact.engine !== 'onnx' ? fact.contextTokens : 0,
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

export const listedUpstream = ({
  id,
  title,
  contextTokens,
}: Pick<Answerer, 'id' | 'title' | 'contextTokens'>): Omit<Listed, 'priceEurPerMtoken'> => ({
  ...{
    id,
    title,
    engine: 'upstream',
    answers: true,
    byName: true,
    resident: true,
    sizeBytes: 0,
    memoryBytes: 0,
    loadS: 0,
  },
  ...{
    lastUsedMs: null,
    jPerToken: null,
    energyFrom: 'modelled',
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

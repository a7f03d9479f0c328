import { join } from 'node:path';
import { scanExperts } from '../compute/experts.ts';
import { UPSTREAM_PREFIX } from '../compute/pick.ts';
import type { Config } from '../core/config.ts';
import type { Paths } from '../core/paths.ts';
import { asTyped } from '../core/words.ts';
import { fetchModels, unitOf } from './client.ts';
import { runningPid } from './preflight.ts';

const SHIPPED = join(import.meta.dirname, '../../models');

/** Those that strangers could be offered by this home itself: `status` speaks of its house. */
export const offerable = (paths: Paths): string[] =>
  scanExperts([SHIPPED, paths.models])
    .filter(({ id, fact }) => fact !== undefined && fact.engine !== 'onnx' && id !== 'status')
    .map(({ id }) => id);

/** Experts that config.yaml offers to strangers and that cannot answer here: whom the unit does not offer. None while compute says nothing. */
export async function notHere(paths: Paths, { swarm }: Config): Promise<string[]> {
  const named = swarm.join ? (swarm.serve?.experts ?? []) : [];
  if (named.length === 0) return [];
  if (runningPid(paths) !== undefined) {
    const models = await fetchModels(unitOf(paths).url).catch(() => undefined);
    return models ? named.filter((id) => !models.some((model) => model.id === id && model.byName)) : [];
  }
  const found = scanExperts([SHIPPED, paths.models]);
  const isHere = (id: string) =>
    found.some((expert) => expert.id === id && expert.fact !== undefined && expert.fact.engine !== 'onnx');
  // What an upstream offers only the running unit knows.
  return named.filter((id) => !id.startsWith(UPSTREAM_PREFIX) && !isHere(id));
}

export const notHereText = (ids: readonly string[]): string =>
  `swarm.serve.experts names ${ids.join(', ')}, not here and so not offered to strangers: ${asTyped('experts pull')} brings it, or take it out of config.yaml; ${asTyped('experts ls')} lists what is here`;

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeatmineError } from '../../core/errors.ts';
import { createLog } from '../../core/log.ts';
import type { Paths } from '../../core/paths.ts';
import { createPace } from '../../net/swarm/turns.ts';
import { fetchExpert } from '../../net/swarm/weights/fetch.ts';
import { choose, findManifests, findSources } from '../../net/swarm/weights/find.ts';
import { type Origin, SOURCE_FILE } from '../../net/swarm/weights/installed.ts';
import { nameTag, topicTag } from '../../net/swarm/weights/tags.ts';
import { openAsker } from '../swarm-client.ts';
import { progressBar } from './progress.ts';
import { type PullOptions, pullExpert } from './pull.ts';

export interface SwarmPull extends Omit<PullOptions, 'move' | 'source'> {
  /** Id of an expert, or `topic:` and a word of its topics. */
  what: string;
  /** First hex digits of the maker's key, where several makers have one of that name. */
  maker: string | undefined;
  paths: Paths;
  portBase: number | undefined;
}

/** Whether a source names an expert of the swarm: no address, and no path. */
export const isSwarmName = (source: string): boolean =>
  /^[a-z0-9][a-z0-9-]{0,47}$/.test(source) || /^topic:.{1,64}$/.test(source);

/** Finds an expert in the swarm, fetches it from all who give it and installs it like any other pull. Resolves with its id. */
export async function pullFromSwarm(options: SwarmPull): Promise<string> {
  const { what, paths, signal, say } = options;
  const { config, discoveries } = await openAsker(paths, options.portBase);
  try {
    const log = createLog('pull', 'silent');
    const pace = createPace(config.swarm.weights.downKBps * 1000);
    const tag = what.startsWith('topic:') ? topicTag(what.slice('topic:'.length)) : nameTag(what);
    const finding = { discoveries, pace, signal, log };
    const { id, manifest, sources } = choose(await findManifests(tag, finding), what, options.maker);
    const { expert, maker } = manifest;
    if (options.taken.includes(options.id ?? expert.id))
      throw new HeatmineError('USAGE', `there is an expert "${options.id ?? expert.id}" already; choose another --id`);
    const lineage = expert.parents.length ? `, made from ${expert.parents.join(', ')}` : '';
    say(`${expert.title}: signed by ${maker.slice(0, 16)}…, licence ${expert.licence}${lineage}`);
    say(`${sources.length} node${sources.length > 1 ? 's give' : ' gives'} it`);
    const dir = join(paths.models, '.incoming', id.slice(0, 32));
    const bar = progressBar(expert.id);
    let round = 0;
    const fetched = await fetchExpert({
      ...{ manifest, dir, pace, signal, log, onProgress: bar.on },
      sources: async () => (round++ === 0 ? sources : findSources(tag, finding)),
      onLiar: (key, why) => say(`\n${key} is no source any more: ${why}`),
    }).finally(() => bar.end());
    const origin: Origin = { how: 'swarm', what, from: Object.fromEntries(fetched.from), atMs: Date.now() };
    writeFileSync(join(dir, SOURCE_FILE), JSON.stringify(origin));
    return await pullExpert({ ...options, source: dir, move: true, say: () => {} });
  } finally {
    await Promise.all(discoveries.map((discovery) => discovery.close()));
  }
}

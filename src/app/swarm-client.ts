import { join } from 'node:path';
import { createOnnxEngine } from '../compute/engines/onnx.ts';
import { readExpert, verifiedSpec } from '../compute/experts.ts';
import { type Config, loadConfig, portsOf } from '../core/config.ts';
import { HeatmineError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import { gather } from '../net/swarm/ask/gather.ts';
import type { Descriptor } from '../net/swarm/descriptor.ts';
import type { Discovery } from '../net/swarm/discovery/discovery.ts';
import { MET_FILE } from '../net/swarm/discovery/met.ts';
import { freshIdentity, ownKeyIn } from '../net/swarm/identity.ts';
import { openDiscoveries } from '../net/swarm/open.ts';
import { type Topic, topicsOfLabel } from '../net/swarm/topics.ts';
import { portBaseOf } from './client.ts';
import { runningPid } from './preflight.ts';

const isLoopback = (host: string) => host.startsWith('127.') || host.startsWith('localhost');
const CLASSIFIER = join(import.meta.dirname, '../../models/classifier');

interface Asking {
  config: Config;
  discoveries: Discovery[];
  /** The key of this home's own node: it is no other, and no relay to hide behind. */
  own: string | undefined;
  isOther(descriptor: { key: string }): boolean;
}

/** The swarm's settings of this home, with the ways to find others; a fresh key, so that nothing ties questions together. */
export async function openAsker(paths: Paths, given?: number): Promise<Asking> {
  const portBase = portBaseOf(paths, given);
  const config = loadConfig(paths.home, portBase === undefined ? {} : { portBase });
  const at = `${config.swarm.host === '0.0.0.0' ? '127.0.0.1' : config.swarm.host}:${portsOf(config).swarm}`;
  const running = config.swarm.join && runningPid(paths) !== undefined;
  const { bootstrap, relays, mainline, lan, host } = config.swarm;
  // A socket of the loopback reaches nobody else; one that only asks may leave by any.
  const isAway = mainline || bootstrap.some((at) => !isLoopback(at));
  if (!running && !bootstrap.length && !relays.length && !mainline && !lan) {
    throw new HeatmineError('NOBODY_THERE', 'this home knows no other node');
  }
  const own = ownKeyIn(paths.keys);
  const discoveries = await openDiscoveries({
    config: { ...config.swarm, host: isAway && isLoopback(host) ? '0.0.0.0' : host },
    ...{ port: 0, identity: freshIdentity(), log: createLog('ask', 'silent') },
    bootstrap: running ? [at] : [],
    metFile: join(paths.state, MET_FILE),
  });
  return { config, discoveries, own, isOther: ({ key }) => key !== own };
}

/** Whoever wants a list waits for slow nodes as well, seconds after the first one; a question does not. */
const LIST = { wanted: 64, patience: 8 };

/** All that answer for these topics but this home's own node, each of them dialled. */
export async function listOthers(paths: Paths, topics: readonly string[], given?: number): Promise<Descriptor[]> {
  const { discoveries, isOther } = await openAsker(paths, given);
  try {
    const found = await gather({ discoveries, topics, counts: isOther, ...LIST });
    return found.map(({ descriptor }) => descriptor);
  } finally {
    await Promise.all(discoveries.map((discovery) => discovery.close()));
  }
}

/** Which topics this question belongs to, found out here, by the classifier that ships: nobody else reads it for that. */
export async function topicsOf(question: string): Promise<Topic[]> {
  const found = readExpert(CLASSIFIER, 'classifier');
  const { features } = (await import(join(CLASSIFIER, 'features.ts'))) as { features(text: string): Float32Array };
  const engine = createOnnxEngine(features);
  const model = await engine.load(await verifiedSpec(found));
  try {
    const logits = await model.classify!(question, AbortSignal.timeout(10_000));
    const labels = (found.fact as { labels?: string[] } | undefined)?.labels ?? [];
    return topicsOfLabel(labels[logits.indexOf(Math.max(...logits))] ?? 'unknown');
  } finally {
    await model.unload();
    await engine.close();
  }
}

import { inFlight } from '../in-flight.ts';
import { createDesk, type Desk, type DeskOptions } from './desk.ts';
import { createHelp, type HelpOptions } from './help.ts';
import type { Neighbours } from './neighbours.ts';
import type { NodeOptions } from './node.ts';
import { viaOf } from './pay/via.ts';
import { WIRE_LIMITS } from './wire/limits.ts';

interface Parts
  extends Pick<NodeOptions, 'config' | 'weights' | 'limits' | 'random'>,
    Omit<DeskOptions, 'find' | 'viaOf' | 'slots' | 'bandwidthBytesPerS'>,
    Pick<HelpOptions, 'atHand'> {
  /** Undefined where it passes nothing on. */
  relay: object | undefined;
  neighbours: Neighbours;
}

/** Of one topic that a relay tells on. */
export const OTHERS = 16;
/** Of a relay that serves nobody; its look-ups have a limit of their own. */
const LOOK_UPS_KBPS = 250;

/** Answers questions where the node serves strangers, sealed look-ups where it is a relay. */
export function deskOf(parts: Parts): Desk | undefined {
  const { config, relay, weights, neighbours, atHand, random, limits, ...rest } = parts;
  if (!rest.till && !relay) return undefined;
  const find = createHelp({
    ...{ atHand, random, limits: { ...WIRE_LIMITS, ...limits }, nowMs: () => performance.now() },
    others: (topic) => neighbours.of(topic, OTHERS),
    looked: (topic, via) => weights?.looked(topic, via),
  });
  return createDesk({
    ...rest,
    find: relay && find,
    viaOf: (from) => viaOf(from, config),
    slots: inFlight(config.serve?.questionsAtOnce ?? 0),
    bandwidthBytesPerS: (config.serve?.bandwidthKBps ?? LOOK_UPS_KBPS) * 1000,
  });
}

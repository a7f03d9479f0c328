import { systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { SwarmConfig } from '../../core/swarm-config.ts';
import type { ComputeClient } from '../ask/compute-client.ts';
import type { Discovery } from './discovery/discovery.ts';
import { openMainline } from './discovery/mainline.ts';
import { openMdns } from './discovery/mdns.ts';
import { staticPeers } from './discovery/static.ts';
import { type Identity, loadIdentity } from './identity.ts';
import { type SwarmNode, startNode } from './node.ts';
import type { Trade } from './pay/till.ts';
import { openUnsealer } from './seal/ends.ts';

export interface DiscoveryOptions {
  config: SwarmConfig;
  /** UDP port of the DHT; 0 for one of the kernel's choice. */
  port: number;
  identity: Identity;
  /** More DHT nodes to begin with. */
  bootstrap?: readonly string[];
  log: Log;
}

/** All the ways that the configuration allows. */
export async function openDiscoveries({
  config,
  port,
  identity,
  bootstrap = [],
  log,
}: DiscoveryOptions): Promise<Discovery[]> {
  const mainline = await openMainline({
    ...{ host: config.host, port, identity, log, isPublic: config.mainline },
    bootstrap: [...config.bootstrap, ...bootstrap],
  });
  // On loopback there is no LAN.
  const mdns = config.lan && !config.host.startsWith('127.') ? [await openMdns({ log })] : [];
  return [mainline, ...mdns, staticPeers(config.relays)];
}

export interface SwarmOptions {
  config: SwarmConfig;
  /** TCP and UDP alike. */
  port: number;
  keysDir: string;
  compute: Pick<ComputeClient, 'answer'>;
  trade: Trade;
  log: Log;
}

/** The running unit's part in the swarm. */
export async function openSwarm({ config, port, keysDir, compute, trade, log }: SwarmOptions): Promise<SwarmNode> {
  const identity = loadIdentity(keysDir);
  return startNode({
    ...{ config, port, identity, compute, trade, log, random: Math.random },
    unsealer: config.serve && (await openUnsealer(systemClock)),
    discoveries: (listening) => openDiscoveries({ config, port: listening, identity, log }),
  });
}

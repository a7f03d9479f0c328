import { fileURLToPath } from 'node:url';
import { systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { SwarmConfig } from '../../core/swarm-config.ts';
import type { ComputeClient } from '../ask/compute-client.ts';
import { openRelayBook } from './ask/book.ts';
import { openExperience } from './ask/experience.ts';
import { type AskOthers, askForUnit } from './ask/for-unit.ts';
import { askPage } from './ask-page.ts';
import { createAuditor } from './audit/auditor.ts';
import type { Discovery } from './discovery/discovery.ts';
import { type Mainline, openMainline } from './discovery/mainline.ts';
import { openMdns } from './discovery/mdns.ts';
import { keepMet, metBefore } from './discovery/met.ts';
import { staticPeers } from './discovery/static.ts';
import { type Identity, loadIdentity } from './identity.ts';
import { type SwarmNode, startNode } from './node.ts';
import { openOffers } from './pay/offers.ts';
import { noteIn, openPurse } from './pay/purse.ts';
import { spentUc } from './pay/spent.ts';
import type { Trade } from './pay/till.ts';
import { openUnsealer, sealTo } from './seal/ends.ts';
import { openHandles } from './useful/handles.ts';
import { tellUseful } from './useful/tell.ts';
import { openTold } from './useful/told.ts';
import { openWeights } from './weights/weights.ts';
import { reachOfDht } from './wire/reach.ts';

export interface DiscoveryOptions {
  config: SwarmConfig;
  /** UDP port of the DHT; 0 for one of the kernel's choice. */
  port: number;
  identity: Identity;
  /** More DHT nodes to begin with. */
  bootstrap?: readonly string[];
  /** Where DHT nodes met before are known; left out: nowhere. */
  metFile?: string | undefined;
  log: Log;
}

/** All the ways that the configuration allows. */
export async function openDiscoveries({
  config,
  port,
  identity,
  bootstrap = [],
  metFile,
  log,
}: DiscoveryOptions): Promise<[Mainline, ...Discovery[]]> {
  const mainline = await openMainline({
    ...{ host: config.host, port, identity, log, isPublic: config.mainline, reach: reachOfDht(config) },
    bootstrap: [...config.bootstrap, ...bootstrap],
    ...(metFile !== undefined && { met: metBefore(metFile) }),
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
  /** Where experts are, what was published, and the home for commands; left out: no weights travel. */
  weights?: { home: string; modelsDir: string; stateDir: string; lookMs?: number };
  compute: Pick<ComputeClient, 'answer' | 'labelOf' | 'weigh'> & Partial<Pick<ComputeClient, 'answers'>>;
  trade: Trade;
  /** What questions of this unit taught about other nodes; left out: forgotten at the end. */
  experienceFile?: string;
  /** Where DHT nodes are kept for the next start; left out: nowhere. */
  metFile?: string;
  /** Where known relays are shared with commands; left out: nowhere. */
  relaysFile?: string;
  /** Where what askers told of its answers is counted; left out: not at all. */
  usefulFile?: string;
  /** The built page of relays. */
  askDir?: string;
  log: Log;
}

const ASK_DIR = fileURLToPath(new URL('../../../web/dist-ask', import.meta.url));

export interface Swarm extends SwarmNode {
  others: AskOthers;
}

/** The running unit's part in the swarm. */
export async function openSwarm(options: SwarmOptions): Promise<Swarm> {
  const { config, port, keysDir, weights, compute, trade, log } = options;
  const identity = loadIdentity(keysDir);
  const experience = openExperience(options.experienceFile);
  const parts = { config, self: identity.id, random: Math.random, onLiar: experience.failed, log };
  const { usefulFile: file, metFile } = options;
  let met: ReturnType<typeof keepMet> | undefined;
  const told = config.serve && file !== undefined && (await openTold({ file, clock: systemClock, log }));
  const node = await startNode({
    ...(told && { told }),
    weights: weights && openWeights({ ...parts, ...weights, paid: () => trade.ledger.books().uses.values() }),
    ...{ config, port, identity, compute, trade, log, random: Math.random },
    ...(config.askPage && { page: askPage(options.askDir ?? ASK_DIR) }),
    unsealer: config.serve || config.relay ? await openUnsealer(systemClock) : undefined,
    discoveries: async (listening) => {
      const all = await openDiscoveries({ config, port: listening, identity, log, metFile });
      if (metFile !== undefined) met = keepMet(metFile, all[0].nodes);
      return all;
    },
  });
  const { relaysFile } = options;
  const book = openRelayBook({ discoveries: node.discoveries, ...(relaysFile !== undefined && { file: relaysFile }) });
  book.keep(Math.random);
  const asker = {
    book,
    ...{ discoveries: node.discoveries, own: identity.id, random: Math.random },
    experience,
    purse: openPurse({ note: async (entry) => noteIn(trade.ledger, entry), wallMs: systemClock.wallMs }),
    sealed: { seal: sealTo(systemClock), privateMayBeNear: config.nearRelays },
  };
  const { monoMs, wallMs } = systemClock;
  const offers = openOffers({
    limitUc: config.spendUcPerDay,
    spentUc: () => spentUc(trade.ledger.books(), wallMs()),
    monoMs,
  });
  const onDone = (outcome: string) => log.debug({ outcome }, 'audit');
  const auditor = createAuditor({ asker, compute, hold: offers.hold, onDone });
  const close = async () => {
    auditor.close();
    book.close();
    met?.close();
    await node.close();
  };
  const handles = openHandles((token, useful) => tellUseful(asker, token, useful), monoMs);
  return { ...node, close, others: askForUnit({ asker, labelOf: compute.labelOf, auditor, offers, handles }) };
}

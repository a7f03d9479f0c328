import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlState } from '../contract/messages.ts';
import { reasonsOf } from '../contract/reasons.ts';
import type { Sockets } from '../core/child.ts';
import { systemClock } from '../core/clock.ts';
import { type Config, portsOf } from '../core/config.ts';
import { openLink } from '../core/link.ts';
import type { Log } from '../core/log.ts';
import { pathsOf } from '../core/paths.ts';
import { type ComputeClient, computeClient } from './ask/compute-client.ts';
import { MAX_IN_FLIGHT } from './ask/limits.ts';
import { askServer } from './ask/server.ts';
import { configEvents } from './config-events.ts';
import { openHand } from './hand.ts';
import { openHistory } from './history/history.ts';
import { sampleOf } from './history/series.ts';
import { inFlight } from './in-flight.ts';
import { keepLedger } from './ledger/keeper.ts';
import { RELAYS_FILE } from './swarm/ask/book.ts';
import { EXPERIENCE_FILE } from './swarm/ask/experience.ts';
import { MET_FILE } from './swarm/discovery/met.ts';
import { openSwarm, type Swarm } from './swarm/open.ts';
import type { Trade } from './swarm/pay/till.ts';
import { BOOK_FILE } from './swarm/useful/book.ts';
import { openTeller } from './tell.ts';
import { openTrade } from './trade.ts';
import { openView } from './view.ts';
import { createAccess } from './web/access.ts';
import { createApi } from './web/api.ts';
import { createBackups } from './web/backup.ts';
import { type Claims, openClaims } from './web/claims.ts';
import { createExperts } from './web/experts.ts';
import { isLoopback } from './web/guard.ts';
import { liveServer } from './web/live.ts';
import { createMetrics } from './web/metrics.ts';
import { computeProxy } from './web/proxy.ts';
import { startWeb, type Web } from './web/server.ts';
import { createSettings } from './web/settings.ts';
import { servePage } from './web/static.ts';

export interface NetOptions {
  config: Config;
  /** Of the unit: files that config.yaml names stand relative to it. */
  home: string;
  sockets: Pick<Sockets, 'broker' | 'compute'>;
  /** Why config.yaml was not used, where the last good one stands in for it. */
  refused?: string | undefined;
  /** What became of an older config.yaml. */
  migrated?: string | undefined;
  /** Of the role net. */
  password: string;
  /** Where history.db goes. */
  stateDir: string;
  /** The built page. */
  distDir: string;
  log: Log;
}

export interface Net {
  port: number;
  /** Where other nodes reach this one; undefined where it has not joined. */
  swarmPort: number | undefined;
  close(): Promise<void>;
}

/** Each commit rewrites whole pages of the card: with one a minute history alone wrote 55 MB a day (F31). A fault is committed at once. */
const FLUSH_MS = 600_000;
const AGAIN_MS = 60_000;
const LOOK_MS = 2_000;
/** The code of the first visit waits a day; `heatmine claim` gives others. */
const FIRST_CODE_MIN = 24 * 60;

const every = (ms: number, ...each: (() => void)[]) =>
  setInterval(() => {
    for (const call of each) call();
  }, ms);

/** Who may look in from elsewhere; as long as nobody may, the log tells the code of the first visit. */
function openDoor(host: string, home: string, log: Log): Claims {
  const claims = openClaims(join(pathsOf(home).keys, 'page.json'), systemClock.monoMs, systemClock.wallMs, log);
  if (!isLoopback(host) && !claims.claimed()) {
    const code = claims.newCode('owner', FIRST_CODE_MIN);
    log.info({ code }, 'the page asks devices of the house for this code, once');
  }
  return claims;
}

/** Everything that faces people, wired together. */
export async function startNet(options: NetOptions): Promise<Net> {
  const { config, home, sockets, password, stateDir, distDir, log } = options;
  const { unit } = config;
  const history = openHistory(join(stateDir, 'history.db'), log);
  const link = openLink({ role: 'net', unit, url: `mqtt+unix://${sockets.broker}`, password, log });
  const view = openView(link, systemClock, config.house.comfort.timeZone);
  const tell = openTeller({ config, home, stateDir, broker: sockets.broker, password, link, keep: history.event, log });
  const keeper = await keepLedger({ ...ledgerOptions(config, home, stateDir, log), view, history });
  const trade = openTrade({ config, stateDir, link, view, ledger: keeper.ledger });
  const slots = inFlight(MAX_IN_FLIGHT);
  const compute = computeClient(sockets.compute);
  const access = createAccess(openDoor(config.net.host, home, log));
  const mayPay = (req: IncomingMessage) => access.levelOf(req) !== undefined;
  const ask = askServer({ compute, others: () => swarm?.others, mayPay, slots, log });
  let swarm: Swarm | undefined;
  const live = liveServer(view, log);
  const hand = openHand(pathsOf(home).io);

  for (const event of configEvents(options, systemClock.wallMs())) history.event(event);
  link.on('controlEvent', (event) => {
    history.event(event);
    tell.event(event);
  });
  view.onControl((state) => {
    const { compute: computing } = view.snapshot();
    history.sample(timeOf(state), state.simulated, sampleOf(state, computing));
    history.tell(timeOf(state), reasonsOf(state, computing));
    tell.state(state, computing);
  });
  const timers = [
    every(FLUSH_MS, history.flush, tell.flush),
    every(AGAIN_MS, tell.again),
    every(LOOK_MS, () => tell.look(view.snapshot().control !== null)),
  ];
  const close = async () => {
    for (const timer of timers) clearInterval(timer);
    for (const part of [trade, ask, hand, live, compute]) part.close();
    await Promise.all([keeper.close(), tell.close().then(() => link.close())]);
    history.close();
  };
  try {
    const web = await startWeb({
      host: config.net.host,
      port: portsOf(config).http,
      origins: config.net.origins,
      api: createApi(view, history, hand),
      settings: createSettings(config, view, history, tell, pathsOf(home).ticks),
      experts: createExperts(sockets.compute, pullCommand(home), pathsOf(home).models),
      backups: createBackups(home, config, systemClock.wallMs),
      access,
      proxy: computeProxy(sockets.compute, slots),
      metrics: createMetrics(view, sockets.compute),
      page: servePage(distDir),
      sockets: { '/ask': ask.upgrade, '/live': live.upgrade },
      log,
    });
    swarm = await joinSwarm({ config, home, stateDir, compute, trade, log }, web);
    const closeAll = async () => {
      // What nobody signed is written down before the ledger closes.
      await swarm?.close();
      await Promise.all([close(), web.close()]);
    };
    return { port: web.port, swarmPort: swarm?.port, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The command line of this checkout, in a process of its own; the source is added. */
const pullCommand = (home: string) => {
  const script = fileURLToPath(new URL('../../scripts/heatmine.mjs', import.meta.url));
  return [process.execPath, script, 'experts', 'pull', '--home', home];
};

const ledgerOptions = (config: Config, home: string, stateDir: string, log: Log) => {
  return { stateDir, keysDir: pathsOf(home).keys, house: config.house, log };
};

type SwarmParts = Pick<NetOptions, 'config' | 'home' | 'stateDir' | 'log'> & { compute: ComputeClient; trade: Trade };

/** Off until the owner asked for it. */
async function joinSwarm({ config, home, stateDir, compute, trade, log }: SwarmParts, web: Web) {
  if (!config.swarm.join) return undefined;
  const { swarm: port } = portsOf(config);
  const paths = pathsOf(home);
  const weights = { home, modelsDir: paths.models, stateDir: paths.state };
  const where = { port: config.portBase && port, keysDir: paths.keys, weights };
  const experienceFile = join(stateDir, EXPERIENCE_FILE);
  const relaysFile = join(stateDir, RELAYS_FILE);
  const metFile = join(stateDir, MET_FILE);
  const files = { experienceFile, relaysFile, metFile, usefulFile: join(paths.state, BOOK_FILE) };
  return openSwarm({ config: config.swarm, ...where, ...files, compute, trade, log }).catch(async (error) => {
    await web.close();
    throw error;
  });
}

/** History of a simulated house is kept by that house's clock, of a real one by ours. */
const timeOf = (state: ControlState) => (state.simulated ? state.houseTimeMs : systemClock.wallMs());

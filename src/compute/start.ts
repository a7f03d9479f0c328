import { randomUUID } from 'node:crypto';
import { CARDS, type Card } from '../contract/cards.ts';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Link } from '../core/link.ts';
import type { Log } from '../core/log.ts';
import { type Catalogue, createCatalogue, remoteAnswerer } from './catalogue.ts';
import { startCommand } from './command.ts';
import { createDoor } from './door.ts';
import { watchEnergy } from './energy.ts';
import { createUpstreamEngine, upstreamModels } from './engines/upstream.ts';
import { BATCH_WIDTH, type FoundExpert, scanExperts } from './experts.ts';
import { createFigures } from './figures.ts';
import { startFiller } from './filler.ts';
import { heirOf } from './heir.ts';
import { createLane } from './lane.ts';
import { type Evolution, type EvolutionParts, startEvolution } from './merge/evolution/evolution.ts';
import { sweepScratch } from './merge/evolution/scratch.ts';
import { CLASSIFIER, openEngines } from './open-engines.ts';
import { openOwnState } from './own-state.ts';
import { UPSTREAM_PREFIX } from './pick.ts';
import { createPower } from './power.ts';
import { createPublisher, type Publisher } from './publish.ts';
import { watchExperts } from './rescan.ts';
import { createResidents } from './residents.ts';
import type { Residents } from './residents-use.ts';
import { createRunLoop, type RunLoop, TICK_MS } from './run-loop.ts';
import { economicW } from './scheduler/power.ts';
import type { Cards } from './scheduler/schedule.ts';
import { createServer, type ServerOptions } from './server.ts';
import { createService, type ServiceParts } from './service.ts';
import { readCurve, watchSpeed } from './speed.ts';
import { measuredCard } from './speed-curve.ts';
import { createWork } from './work.ts';

const FORWARD_WIDTH = 64;
/** Of the run loop. */
const STATE_TICKS = 5;
const UPSTREAM_REFRESH_MS = 30_000;
const UPSTREAM_LIMIT_MS = 5000;
/** When the upstream does not say: what every model of the last years has at least. */
const UPSTREAM_CONTEXT_TOKENS = 8192;

export interface ComputeOptions {
  config: Config;
  /** Models that ship: their classifier brings code along, so nothing downloaded belongs here. */
  shippedDir: string;
  /** Models of this home, data only. */
  installedDir: string;
  listen: ServerOptions['listen'];
  /** Where the speed measured by commissioning is kept. */
  speedFile?: string;
  /** The program of the engine process; another one in tests. */
  engineFile?: string;
  link: Pick<Link, 'publish' | 'on'>;
  clock: Clock;
  log: Log;
}

export interface Compute {
  /** For TCP. */
  readonly port: number | undefined;
  stop(): Promise<void>;
}

/** Composes compute. Resolves once the server listens; models load after that. */
export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const { config, link, clock, log, speedFile: file } = options;
  const { count, fillerCpuShare: cpuShare } = config.accelerator;
  const card = cardOf(options);
  const experts = scanExperts([options.shippedDir, options.installedDir]);
  for (const { id, unsound } of experts) if (unsound !== undefined) log.warn({ expert: id, err: unsound }, 'unsound');
  const { pool, engineOf, room } = openEngines(options, experts);
  const residents = createResidents(experts, engineOf, room, clock);
  const upstream = config.compute.upstream && { engine: createUpstreamEngine(), url: config.compute.upstream };
  const priceEurPerMtoken = (config.compute.incomeEurPerKwh * card.jPerToken) / 3.6;
  const work = createWork(card, clock);
  const energy = watchEnergy({ link, tokens: work.byExpert, card, clock });
  const parts = { experts, residents, energy, local: createLane(BATCH_WIDTH), priceEurPerMtoken };
  const catalogue = createCatalogue(upstream ? { ...parts, upstream } : parts);
  const idleW = card.idleW * count;
  const power = createPower(clock, idleW);
  const classify = classifierOf(experts, residents);
  const ownState = openOwnState(link, clock);
  const door = createDoor({ power, work, clock, width: BATCH_WIDTH });
  const figures = createFigures();
  const forward = forwardTo(config.compute.forward);
  const heir = (id: string) => heirOf(id, experts, options.installedDir, (one) => !residents.fault(one));
  const told = { catalogue, figures, classify, card, work, clock, door };
  const service = createService({ ...told, ownState, forward, heirOf: heir });
  const evolution = breederOf(options, { experts, residents, engine: pool.engine('llama') });
  const filler = startFiller({ experts, residents, work, cpuShare, clock, log, evolution });
  const command = startCommand({ command: config.compute.fillerCommand, log });
  const running = { door, power, work, filler, command };
  const publisher = createPublisher({ link, config, card, catalogue, ...running, pool, bootId: randomUUID() });
  const cards = cardsOf(config, card);
  const stopTicking = run(createRunLoop({ ...running, cards, residents, clock, log, tell: publisher.want }), publisher);
  const speed = { file, card: card.id, count, clock, log };
  watchSpeed({ ...speed, link, tokensPerS: () => work.rates().tokensPerS });
  link.on('grant', (lease) => power.offer(lease));
  const stopWatching = upstream ? watchUpstream(upstream.url, catalogue, log) : () => {};
  const metrics = () => figures.text({ catalogue, door, power, work, energy, crashes: pool.crashes() });
  const stopLooking = watchExperts(experts, [options.shippedDir, options.installedDir], () => {
    residents.update(experts);
    log.info({ experts: experts.length }, 'experts changed');
  });
  const server = await createServer({ service, residents, metrics, log, listen: options.listen });
  void pool.ready().then(() => warm(catalogue, residents, classify !== undefined, log));
  return {
    port: server.port,
    async stop() {
      stopTicking();
      stopWatching();
      stopLooking();
      await Promise.all([server.close(), filler.stop(), command.stop()]);
      await residents.close();
      await pool.close();
    },
  };
}

/** The run loop with its clock: work at each tick, state and the wish for watts once a second. */
function run(loop: RunLoop, publisher: Publisher): () => void {
  let ticks = 0;
  const timer = setInterval(() => {
    loop.tick();
    publisher.work();
    if (++ticks % STATE_TICKS > 0) return;
    publisher.state(loop.plan);
    publisher.want(loop.plan);
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** All cards together, for the scheduler. */
function cardsOf({ accelerator, compute }: Config, card: Card): Cards {
  const { count, fillerCpuShare: cpuShare } = accelerator;
  return {
    fullW: count * card.tdpW,
    economicW: count * economicW(card.tdpW, card.byCap?.points),
    idleW: count * card.idleW,
    ...{ jPerToken: card.jPerToken, cpuShare },
    commandW: compute.fillerCommand?.powerW ?? 0,
    incomeEurPerKwh: compute.incomeEurPerKwh,
  };
}

/** The accelerator, as measured here where it was. */
function cardOf({ config, speedFile, log }: ComputeOptions) {
  const { card: id, count } = config.accelerator;
  const published = CARDS[id];
  if (!published) throw new HeatmineError('CONFIG_INVALID', `unknown card ${id}`);
  return measuredCard(published, count, speedFile === undefined ? undefined : readCurve(speedFile, log));
}

/** Undefined where the owner wants none. */
function breederOf(
  { config, installedDir: modelsDir, clock, log }: ComputeOptions,
  parts: Pick<EvolutionParts, 'experts' | 'residents' | 'engine'>,
): Evolution | undefined {
  sweepScratch();
  if (!config.compute.evolve) return undefined;
  return startEvolution({ ...parts, modelsDir, seed: Math.floor(clock.wallMs()), clock, log });
}

/** The expert keeps its name: another unit may have it, and `auto` is for that one to pick. */
function forwardTo(url: string | undefined) {
  if (url === undefined) return undefined;
  const engine = createUpstreamEngine();
  const lane = createLane(FORWARD_WIDTH);
  return (expert: string) => remoteAnswerer({ engine, url }, expert, expert, UPSTREAM_CONTEXT_TOKENS, lane);
}

function classifierOf(experts: readonly FoundExpert[], residents: Residents): ServiceParts['classify'] {
  const fact = experts.find((e) => e.id === CLASSIFIER)?.fact;
  if (fact?.engine !== 'onnx') return undefined;
  return {
    labels: fact.labels,
    async logits(text, signal) {
      const { model, release } = await residents.use(CLASSIFIER, signal);
      try {
        return (await model.classify?.(text, signal)) ?? [];
      } finally {
        release();
      }
    },
  };
}

/** The first question should not pay for the loading. */
async function warm(catalogue: Catalogue, residents: Residents, classifier: boolean, log: Log): Promise<void> {
  const ids = [
    catalogue.answering().find((id) => !id.startsWith(UPSTREAM_PREFIX)),
    classifier ? CLASSIFIER : undefined,
  ];
  for (const id of ids) {
    if (id === undefined) continue;
    await residents.borrow(id).then(
      ({ release }) => release(),
      (error) => log.warn({ expert: id, err: messageOf(error) }, 'not loaded'),
    );
  }
}

function watchUpstream(url: string, catalogue: Catalogue, log: Log): () => void {
  let reachable: boolean | undefined;
  const look = () =>
    upstreamModels(url, AbortSignal.timeout(UPSTREAM_LIMIT_MS)).then(
      (models) => {
        const offered = models.filter((m) => m.id !== 'auto');
        const contextOf = (tokens: number | null | undefined) => tokens ?? UPSTREAM_CONTEXT_TOKENS;
        catalogue.setUpstream(offered.map((m) => ({ id: m.id, contextTokens: contextOf(m.max_model_len) })));
        if (reachable !== true) log.info({ models: offered.length }, 'upstream is there');
        reachable = true;
      },
      (error) => {
        catalogue.setUpstream([]);
        if (reachable !== false) log.warn({ err: messageOf(error) }, 'upstream is away');
        reachable = false;
      },
    );
  void look();
  const timer = setInterval(look, UPSTREAM_REFRESH_MS);
  return () => clearInterval(timer);
}

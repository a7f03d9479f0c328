import type { Card } from '../contract/cards.ts';
import type { ComputeState, ComputeWant, Reason } from '../contract/messages.ts';
import type { Config } from '../core/config.ts';
import { leaseStamp } from '../core/lease.ts';
import type { Link } from '../core/link.ts';
import type { Catalogue } from './catalogue.ts';
import type { Command } from './command.ts';
import type { Door } from './door.ts';
import type { EnginePool } from './engine-child/pool.ts';
import type { Filler } from './filler.ts';
import type { Gate } from './gate.ts';
import type { Power } from './power.ts';
import type { Prefetch } from './prefetch.ts';
import { want } from './scheduler/decide.ts';
import { economicW } from './scheduler/power.ts';
import type { Work } from './work.ts';

const WORK_MS = 200;
const STATE_MS = 1000;
const WANT_TTL_MS = 3000;
/** The broker cuts whoever sends a packet of more than 64 KiB, so the state is kept well below; /v1/models lists all. */
const MAX_PUBLISHED = 64;
const MAX_PUBLISHED_BYTES = 40 * 1024;

interface StateParts {
  config: Config;
  card: Card & { measured: boolean };
  catalogue: Pick<Catalogue, 'states'>;
  door: Pick<Door, 'questions' | 'economy'>;
  power: Pick<Power, 'now'>;
  work: Work;
  filler: Pick<Filler, 'pace' | 'cpuShare' | 'breeding'>;
  command: Pick<Command, 'running'>;
  gate: Gate;
  prefetch: Pick<Prefetch, 'reason'>;
  pool: Pick<EnginePool, 'told'>;
}

export interface PublishParts extends StateParts {
  link: Pick<Link, 'publish'>;
  filler: Filler;
  command: Command;
  bootId: string;
}

export interface Publisher {
  /** Tells control of a question at once. */
  wantNow(): void;
  /** The grant has changed: control is told at once when that opens or closes the gate. */
  granted(): void;
  stop(): void;
}

/** Sends work at 5 Hz, state and the want lease at 1 Hz. */
export function startPublishing(parts: PublishParts): Publisher {
  const { link, config, card, door, power, work, filler, command, gate, bootId } = parts;
  const stamp = leaseStamp<ComputeWant>(bootId, WANT_TTL_MS);
  let seq = 0;
  let toldGate: ComputeWant['gate'];
  const wantNow = () => {
    const { active, deferred } = door.economy();
    const demand = {
      questions: door.questions(),
      economy: active + deferred,
      owedJ: work.owedJ(),
      soldJ: work.soldJ(),
      cardsW: config.accelerator.count * card.tdpW,
      economicW: config.accelerator.count * economicW(card.tdpW, card.byCap?.points),
      fillerTokensPerS: filler.capacity(),
      jPerToken: card.jPerToken,
      commandW: command.wantW(),
      incomeEurPerKwh: config.compute.incomeEurPerKwh,
    };
    toldGate = gate.look().do;
    link.publish('want', stamp({ ...want(demand), queued: demand.questions, gate: toldGate }));
  };
  const sendWork = () => {
    work.tick(power.now().workW);
    const { answerTokens, fillerTokens } = work.totals();
    link.publish('work', { bootId, seq: ++seq, answerTokens, fillerTokens, card: card.id });
  };
  const sendState = () => {
    link.publish('computeState', stateOf(parts));
    wantNow();
  };
  const timers = [setInterval(sendWork, WORK_MS), setInterval(sendState, STATE_MS)];
  return {
    wantNow,
    granted() {
      if (gate.look().do !== toldGate) wantNow();
    },
    stop: () => timers.forEach(clearInterval),
  };
}

/** The first of them, with short texts, as many as the bytes allow: a text may take six bytes a character on the wire. */
function published(experts: ComputeState['experts']): ComputeState['experts'] {
  let bytes = 0;
  const short = experts.slice(0, MAX_PUBLISHED).map(({ note, ...expert }) => ({
    ...expert,
    id: expert.id.slice(0, 64),
    title: expert.title.slice(0, 80),
    ...(note === undefined ? {} : { note: note.slice(0, 160) }),
  }));
  const over = short.findIndex((expert) => {
    bytes += Buffer.byteLength(JSON.stringify(expert)) + 1;
    return bytes > MAX_PUBLISHED_BYTES;
  });
  return over < 0 ? short : short.slice(0, over);
}

export function stateOf(parts: StateParts): ComputeState {
  const { config, card, catalogue, door, work } = parts;
  const { answerTokens, fillerTokens, answered, joules } = work.totals();
  const questions = door.questions() + door.economy().active;
  return {
    card: {
      id: card.id,
      name: card.name,
      count: config.accelerator.count,
      jPerToken: card.jPerToken,
      modelled: !card.measured,
    },
    experts: published(catalogue.states()),
    answered,
    queued: Math.max(0, questions - 1),
    busy: questions > 0,
    answerTokens,
    fillerTokens,
    joules,
    ...work.rates(),
    reason: reasonOf(parts),
    gate: parts.gate.look(),
    prefetch: parts.prefetch.reason(),
    engine: parts.pool.told,
  };
}

/** One line: what compute does now, and what keeps it from doing more. */
function reasonOf({ door, power, work, filler, command, config }: StateParts): Reason {
  const grant = power.now();
  const reason = (code: string, text: string): Reason => ({ what: 'compute', code, text: text.slice(0, 400) });
  const { active, deferred } = door.economy();
  const questions = door.questions() + active;
  if (questions > 0) return reason('answering', `${questions} question${questions > 1 ? 's' : ''} answered or waiting`);
  if (grant.watts <= 0) return reason('no_power', `no watts: ${grant.reason.text}`);
  const { limit, watts } = filler.pace();
  const { fillerW } = work.rates();
  const w = (n: number) => `${Math.round(n)} W`;
  if (limit === 'unpaid' && deferred > 0)
    return reason('deferred', `${deferred} economy questions wait for free watts: ${grant.reason.text}`);
  if (limit === 'unpaid') return reason('idle', `ready at ${w(grant.watts)}; ${grant.reason.text}`);
  if (limit === 'answers')
    return reason('burning', `the card still works on answers, ${Math.round(work.owedJ())} J to go`);
  const share = `${(filler.cpuShare() * 100).toFixed(1)} % of a core`;
  const most = limit === 'cpu' ? `, all that ${config.accelerator.fillerCpuShare * 100} % of a core can make` : '';
  const bred = filler.breeding();
  const text = bred
    ? `scoring held-out lines and breeding ${bred.parents[0]} with ${bred.parents[1]}, generation ${bred.generation}: ${w(fillerW)} of ${w(grant.freeW)} paid for`
    : `scoring held-out lines: ${w(fillerW)} of ${w(grant.freeW)} paid for`;
  const beside = command.running() ? `; ${w(config.compute.fillerCommand?.powerW ?? 0)} for the owner's command` : '';
  return reason('filler', `${text} (goal ${w(watts)}${most}; takes ${share})${beside}`);
}

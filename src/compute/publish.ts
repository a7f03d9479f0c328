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
import type { Power } from './power.ts';
import type { Plan } from './scheduler/schedule.ts';
import type { Work } from './work.ts';

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
  filler: Pick<Filler, 'cpuShare' | 'breeding'>;
  command: Pick<Command, 'running'>;
  pool: Pick<EnginePool, 'told'>;
}

export interface PublishParts extends StateParts {
  link: Pick<Link, 'publish'>;
  bootId: string;
}

export interface Publisher {
  work(): void;
  /** The lease on watts. */
  want(plan: Plan): void;
  state(plan: Plan): void;
}

export function createPublisher(parts: PublishParts): Publisher {
  const { link, card, door, work, bootId } = parts;
  const stamp = leaseStamp<ComputeWant>(bootId, WANT_TTL_MS);
  let seq = 0;
  return {
    work() {
      const { answerTokens, fillerTokens } = work.totals();
      link.publish('work', { bootId, seq: ++seq, answerTokens, fillerTokens, card: card.id });
    },
    want: ({ want, gate }) => link.publish('want', stamp({ ...want, queued: door.questions(), gate: gate.do })),
    state: (plan) => link.publish('computeState', stateOf(parts, plan)),
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

export function stateOf(parts: StateParts, plan: Plan): ComputeState {
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
    reason: reasonOf(parts, plan),
    gate: plan.gate,
    prefetch: plan.prefetch.reason,
    engine: parts.pool.told,
  };
}

/** One line: what compute does now, and what keeps it from doing more. */
function reasonOf({ door, power, work, filler, command, config }: StateParts, plan: Plan): Reason {
  const grant = power.now();
  const reason = (code: string, text: string): Reason => ({ what: 'compute', code, text: text.slice(0, 400) });
  const { active, deferred } = door.economy();
  const questions = door.questions() + active;
  if (questions > 0) return reason('answering', `${questions} question${questions > 1 ? 's' : ''} answered or waiting`);
  if (grant.watts <= 0) return reason('no_power', `no watts: ${grant.reason.text}`);
  const { limit, watts } = plan.filler;
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

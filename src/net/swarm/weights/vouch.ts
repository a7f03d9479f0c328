import { messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { type Candidate, gather } from '../ask/gather.ts';
import { NOT_SERVING } from '../dials.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { freshIdentity } from '../identity.ts';
import { RELAY_TOPIC } from '../topics.ts';
import { dial } from '../wire/dial.ts';
import type { UseLine } from './uses.ts';

/** Streams with questions that a relay passed to a node, by hour. */
export type Tally = ReadonlyMap<number, number>;
/** Of a relay and a node, by their keys; nothing where the relay does not answer. */
export type TallyOf = (relay: string, server: string) => Promise<Tally>;

const NOTHING: Tally = new Map();
const MOST_RELAYS = 16;

/** Asks each relay that can be found itself, once for each node: what a node says of a relay is not the relay's word. */
export async function openTallies(discoveries: readonly Discovery[], log: Log): Promise<TallyOf> {
  let found: Promise<Map<string, Candidate>> | undefined;
  const find = async () => {
    const relays = await gather({ discoveries, topics: [RELAY_TOPIC], wanted: MOST_RELAYS });
    return new Map(relays.map((relay) => [relay.descriptor.key, relay]));
  };
  const asked = new Map<string, Promise<Tally>>();
  const ask = async (relay: string, server: string): Promise<Tally> => {
    found ??= find();
    const candidate = (await found).get(relay);
    const url = candidate?.descriptor.urls[0];
    if (!url) return NOTHING;
    try {
      const { reach } = candidate;
      const connection = await dial({ url, reach, identity: freshIdentity(), expect: relay, handlers: NOT_SERVING });
      try {
        const answer = await connection.ask({ type: 'tally', key: server });
        return answer.type === 'tallied' ? new Map(answer.hours) : NOTHING;
      } finally {
        connection.close(1000, 'thanks');
      }
    } catch (error) {
      log.debug({ relay, err: messageOf(error) }, 'a relay vouches for nothing');
      return NOTHING;
    }
  };
  return (relay, server) => {
    const name = `${relay} ${server}`;
    const known = asked.get(name) ?? ask(relay, server);
    asked.set(name, known);
    return known;
  };
}

const RELAYS_OF_ONE = 8;

/** What a node says of its use of one expert, as far as it is vouched for. */
type Vouched = (lines: readonly UseLine[]) => Promise<UseLine[]>;

/**
 * What `server` says of its use, with each relay only as far as that relay vouches for it: so many lines an hour as it
 * passed streams, over all its experts together. The others count as having come through no relay.
 */
export function vouchedFor(server: string, tallyOf: TallyOf): Vouched {
  const left = new Map<string, Promise<Map<number, number>>>();
  const leftOf = async (relay: string) => new Map(await tallyOf(relay, server));
  return async (lines) => {
    const relays = new Set(lines.map(([, relay]) => relay).filter(Boolean));
    for (const relay of relays) if (!left.has(relay) && left.size < RELAYS_OF_ONE) left.set(relay, leftOf(relay));
    const told = new Map(await Promise.all([...left].map(async ([relay, hours]) => [relay, await hours] as const)));
    return lines.map(([payer, relay, tokens, hour]) => {
      const hours = told.get(relay);
      const streams = hours?.get(hour) ?? 0;
      if (streams < 1) return [payer, '', tokens, hour];
      hours!.set(hour, streams - 1);
      return [payer, relay, tokens, hour];
    });
  };
}

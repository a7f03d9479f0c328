import { HeatmineError } from '../../../core/errors.ts';
import { exchange } from '../ask/exchange.ts';
import { lookUp } from '../ask/look.ts';
import type { AskerOptions } from '../ask/question.ts';
import { overSomeWay } from '../ask/travel.ts';
import type { Way } from '../ask/way.ts';
import type { Reply } from '../query.ts';
import { peerError } from '../wire/connection.ts';
import type { TellRequest, UsefulKeysRequest } from './messages.ts';
import type { Token } from './token.ts';

const WANTED = 32;

/**
 * Tells the node whether its answer was of use: by a fresh key, over another entry relay than the question's where there is
 * one. The token goes out only if the node, which cannot know who asks, names its key among those that count now: one made
 * for this asker alone would give it away. Throws NOBODY_THERE, NO_ENTRY_RELAY, NO_WAY, TOKEN_REFUSED, PEER_INVALID.
 */
export async function tellUseful(options: AskerOptions, token: Token, useful: boolean): Promise<void> {
  const { sealed, experience } = options;
  const { node, expert, key, input, output } = token;
  const { found, waysTo } = await lookUp(options, { topics: token.topics, wanted: WANTED, node });
  const candidate = found.find(({ descriptor }) => descriptor.key === node);
  if (!candidate) throw new HeatmineError('NOBODY_THERE', `node ${node} is not there now; its token stays here`);
  const ways = otherFirst(waysTo(candidate), token.entry);
  if (sealed && ways.length === 0)
    throw new HeatmineError('NO_ENTRY_RELAY', 'no relay to tell it by; nothing was sent, the token stays here');
  const sealing = sealed && { seal: sealed.seal, expertKey: candidate.descriptor.seal! };
  await overSomeWay({ to: node, ways, experience }, async (connection, way) => {
    const say = async (request: UsefulKeysRequest | TellRequest) =>
      replyOf(exchange(connection.open(way.path), request, sealing));
    const told = await say({ v: 1, usefulKeys: true });
    if (told.type !== 'usefulKeys') throw new HeatmineError('PEER_INVALID', 'no keys came');
    if (!told.keys.includes(key))
      throw new HeatmineError('TOKEN_REFUSED', 'the node no longer names the key of this token; nothing was told');
    const taken = await say({ v: 1, tell: { expert, input, output, useful } });
    if (taken.type !== 'told') throw new HeatmineError('PEER_INVALID', `${taken.type} does not end this`);
  });
}

const otherFirst = (ways: Way[], entry: string | undefined): Way[] => [
  ...ways.filter(({ key }) => key !== entry),
  ...ways.filter(({ key }) => key === entry),
];

async function replyOf(replies: AsyncIterable<Reply>): Promise<Reply> {
  for await (const reply of replies) {
    if (reply.type === 'error') throw peerError(reply.code, reply.message);
    return reply;
  }
  throw new HeatmineError('PEER_INVALID', 'no word came back');
}

import { Message, Reply } from '../../src/contract/wire.ts';

const CHUNK_EVERY_MS = 250;
export const DISSENTING = ['The strainer.', 'Air in the pipe.', 'A closed valve.'];
export const CHUNKS = ['A low flow ', 'most often comes from ', 'a clogged strainer.'];

/** The answer of one expert, chunk by chunk, or the coded error for a question that asks for one. */
export async function reply(text: string, send: (reply: Reply) => void): Promise<void> {
  const said = Message.parse(JSON.parse(text));
  const { id } = said;
  const say = (value: unknown) => send(Reply.parse(value));
  if (said.type === 'tell')
    return say(
      said.handle === 'H'
        ? { type: 'told', id }
        : { type: 'error', id, code: 'TOKEN_REFUSED', message: 'told before', remedy: '' },
    );
  if (said.type === 'quote')
    return say({ type: 'offer', id, offer: 'Q', leastUc: 2, mostUc: 71, leftUc: 1000, nodes: 2, validS: 600 });
  if (said.type === 'dissent') {
    for (const [i, text] of DISSENTING.entries()) {
      say({ type: 'chunk', id, text });
      const meter = { expert: 'faults', promptTokens: 9, answerTokens: 9, joules: 36, modelled: true, cardSeconds: 1 };
      const way = { mode: 'sealed', entry: 'a1'.repeat(32), node: `c${i}`.repeat(32) };
      const facts = {
        expert: 'faults',
        parents: i ? ['ancestor'] : [],
        apart: DISSENTING.map((_, j) => (i === j ? 0 : 0.5)),
      };
      const [n, of] = [i + 1, DISSENTING.length];
      say({
        type: 'answer',
        id,
        n,
        of,
        asked: 6,
        ...facts,
        finish: 'stop',
        meter,
        way,
        useful: i === 1 ? 'H' : 'told',
      });
    }
    return;
  }
  const { messages, swarm, offer } = said;
  if (messages[0]!.content.includes('no power')) {
    say({ type: 'error', id, code: 'NO_POWER', message: 'No watts are granted now.', remedy: 'wait', retryAfterS: 60 });
    return;
  }
  say({ type: 'start', id, expert: 'faults', why: 'the classifier is 97 % sure that this is about a fault' });
  for (const chunk of CHUNKS) {
    await new Promise((resolve) => setTimeout(resolve, CHUNK_EVERY_MS));
    say({ type: 'chunk', id, text: chunk });
  }
  const meter = {
    expert: 'faults',
    promptTokens: 140,
    answerTokens: 62,
    joules: 599.9,
    modelled: true,
    cardSeconds: 1.7,
  };
  const way = { mode: 'sealed', entry: 'a1'.repeat(32), relay: 'b2'.repeat(32), node: 'c3'.repeat(32) };
  say({ type: 'end', id, finish: 'stop', meter, ...(swarm && { way, useful: 'H', paid: { uc: offer ? 18 : 0 } }) });
}

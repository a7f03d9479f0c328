import type { Ask, Dissent, Quote, Reply } from '../../../contract/wire.ts';
import type { AnswerPiece } from '../../ask/compute-client.ts';
import { type Auditor, noteOf } from '../audit/auditor.ts';
import type { Held, Made, Offers } from '../pay/offers.ts';
import { TOPICS, topicsOfExpert, topicsOfLabel } from '../topics.ts';
import type { Handles } from '../useful/handles.ts';
import { askSwarm } from './asker.ts';
import { askDissent } from './dissent.ts';
import type { AskerOptions } from './question.ts';
import { quoteSwarm } from './quotes.ts';

/** The text of one of several answers, then what ends it. */
export type DissentPiece = { type: 'chunk'; text: string } | Omit<Extract<Reply, { type: 'answer' }>, 'id'>;

/** Asks others for those who ask this unit. */
export interface AskOthers {
  /** The same pieces as from its own compute, with the way in the last one; a second `start` begins the answer anew. Paid for where `ask.offer` names a quote. */
  ask(ask: Ask, signal: AbortSignal): AsyncGenerator<AnswerPiece>;
  /** What it would cost, at most; its text goes to nobody. Throws SPENDING_LIMIT or what the nodes refused with. */
  quote(quote: Quote, signal: AbortSignal): Promise<Made>;
  /** The free answers that differ most. Throws as `askDissent` does. */
  dissent(asked: Dissent, signal: AbortSignal): Promise<DissentPiece[]>;
  /** Whether an answer was of use, by the handle in its end. */
  tell: Handles['tell'];
}

export interface ForUnit {
  asker: AskerOptions;
  /** What the classifier here says of a text; nobody else reads it for that. */
  labelOf: (text: string, signal: AbortSignal) => Promise<string>;
  auditor?: Pick<Auditor, 'asked'>;
  offers: Offers;
  handles: Handles;
}

/** More than any node asks: what may be spent is the limit. */
const ANY_PRICE = 1_000_000_000;

export function askForUnit(parts: ForUnit): AskOthers {
  const { asker, labelOf, offers, handles } = parts;
  return {
    async *ask(ask, signal) {
      const held = ask.offer === undefined ? undefined : offers.take(ask.offer, ask);
      if (held && 'pieces' in held) return yield* held.pieces;
      const { readable, writable } = new TransformStream<AnswerPiece, AnswerPiece>();
      const out = writable.getWriter();
      const gone = new AbortController();
      const say = (piece: AnswerPiece) => void out.write(piece).catch(() => {});
      answer(parts, { ask, held, say, signal: AbortSignal.any([signal, gone.signal]) })
        .finally(() => held?.release())
        .then(() => out.close())
        .catch((error) => out.abort(error).catch(() => {}));
      try {
        yield* readable;
      } finally {
        gone.abort();
      }
    },
    async quote({ expert, messages, maxTokens, tier }, signal) {
      offers.leftUc();
      const topics = await topicsFor({ expert, messages }, labelOf, signal);
      const wanted = { messages, topics, ...named(expert), maxPrice: ANY_PRICE, signal, tier };
      return offers.make(
        { expert, messages, maxTokens },
        await quoteSwarm(asker, { ...wanted, ...(maxTokens && { maxTokens }) }),
        tier,
      );
    },
    async dissent({ expert, messages, maxTokens, count }, signal) {
      const topics = await topicsFor({ expert, messages }, labelOf, signal);
      const question = { messages, topics, ...named(expert), signal, ...(maxTokens && { maxTokens }) };
      const { answers, between, asked } = await askDissent(asker, question, count);
      return answers.flatMap(({ text, meter, parents, finish, way, useful }, i): DissentPiece[] => {
        const facts = { expert: meter.expert, parents, apart: between[i]!, finish, meter, way };
        const handle = useful && { useful: handles.keep(useful) };
        return [
          { type: 'chunk', text },
          { type: 'answer', n: i + 1, of: answers.length, asked, ...facts, ...handle },
        ];
      });
    },
    tell: handles.tell,
  };
}

interface Asking {
  ask: Ask;
  held: Held | undefined;
  say: (piece: AnswerPiece) => void;
  signal: AbortSignal;
}

async function answer({ asker, labelOf, auditor, handles }: ForUnit, { ask, held, say, signal }: Asking) {
  const topics = await topicsFor(ask, labelOf, signal);
  const { messages, maxTokens } = ask;
  const terms = held && { maxPrice: held.maxPrice, tier: held.tier };
  const note = noteOf({ topics, messages, ...terms });
  let [start, text]: [AnswerPiece | undefined, string] = [undefined, ''];
  const { finish, meter, way, paid, useful, ...rest } = await askSwarm(asker, {
    ...{ messages, topics, maxTokens, signal, ...named(ask.expert) },
    ...(held && { ...terms, mostUc: held.mostUc }),
    onStart: (expert, node, copy) => {
      note.onStart(expert, node, copy);
      start = { type: 'start', expert, why: `node ${node.slice(0, 8)} of the swarm answers` };
      text = '';
      say(start);
    },
    onChunk: (chunk) => {
      note.onChunk(chunk);
      text += chunk;
      say({ type: 'chunk', text: chunk });
    },
  });
  // An answer that was cut short on purpose is no measure of the node.
  auditor?.asked(note.done({ finish, meter, way, ...rest }, maxTokens === undefined));
  const cost = { uc: paid?.signed?.receipt.amountUc ?? 0, ...(paid?.dispute && { dispute: paid.dispute }) };
  const handle = useful && { useful: handles.keep(useful) };
  const end: AnswerPiece = { type: 'end', finish, meter, way, paid: cost, ...handle };
  held?.given([...(start ? [start] : []), { type: 'chunk', text }, end]);
  say(end);
}

const named = (expert: string) => (expert === 'auto' ? {} : { expert });

/** Of an expert that was named, its own; else what the classifier takes the question for, or all where there is none. */
async function topicsFor(
  { expert, messages }: Pick<Ask, 'expert' | 'messages'>,
  labelOf: ForUnit['labelOf'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (expert !== 'auto') return topicsOfExpert(expert);
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return labelOf(asked, signal).then(topicsOfLabel, () => TOPICS);
}

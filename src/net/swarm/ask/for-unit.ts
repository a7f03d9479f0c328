import type { Ask } from '../../../contract/wire.ts';
import type { AnswerPiece } from '../../ask/compute-client.ts';
import { type Auditor, noteOf } from '../audit/auditor.ts';
import { TOPICS, TOPICS_OF_SHIPPED, topicsOfLabel } from '../topics.ts';
import { askSwarm } from './asker.ts';
import type { AskerOptions } from './question.ts';

/** Asks others for those who ask this unit: the same pieces as from its own compute, with the way in the last one. */
export type AskOthers = (ask: Ask, signal: AbortSignal) => AsyncGenerator<AnswerPiece>;

/** `labelOf`: what the classifier here says of a text; nobody else reads it for that. A second `start` begins the answer anew. */
export function askForUnit(
  options: AskerOptions,
  labelOf: (text: string, signal: AbortSignal) => Promise<string>,
  auditor?: Pick<Auditor, 'asked'>,
): AskOthers {
  return async function* (ask, signal) {
    const { readable, writable } = new TransformStream<AnswerPiece, AnswerPiece>();
    const out = writable.getWriter();
    const say = (piece: AnswerPiece) => void out.write(piece).catch(() => {});
    const gone = new AbortController();
    const asking = async () => {
      const topics = await topicsFor(ask, labelOf, signal);
      const { messages, maxTokens } = ask;
      const note = noteOf(topics, messages);
      const answer = await askSwarm(options, {
        ...{ messages, topics, maxTokens, signal: AbortSignal.any([signal, gone.signal]) },
        onStart: (expert, node, weights) => {
          note.onStart(expert, node, weights);
          say({ type: 'start', expert, why: `node ${node.slice(0, 8)} of the swarm answers` });
        },
        onChunk: (text) => {
          note.onChunk(text);
          say({ type: 'chunk', text });
        },
      });
      const { finish, meter, way } = answer;
      // An answer that was cut short on purpose is no measure of the node.
      auditor?.asked(note.done(answer, maxTokens === undefined));
      say({ type: 'end', finish, meter, way });
      await out.close();
    };
    asking().catch((error) => out.abort(error).catch(() => {}));
    try {
      yield* readable;
    } finally {
      gone.abort();
    }
  };
}

/** Of an expert that was named, its own; else what the classifier takes the question for, or all where there is none. */
async function topicsFor(
  { expert, messages }: Ask,
  labelOf: (text: string, signal: AbortSignal) => Promise<string>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (expert !== 'auto') return TOPICS_OF_SHIPPED[expert] ?? ['general'];
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return labelOf(asked, signal).then(topicsOfLabel, () => TOPICS);
}

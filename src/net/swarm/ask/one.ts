import { HeatmineError } from '../../../core/errors.ts';
import { freshIdentity } from '../identity.ts';
import { settleAnswer } from '../pay/settle.ts';
import type { Request } from '../query.ts';
import { NOT_SERVING } from '../relay.ts';
import type { Connection } from '../wire/connection.ts';
import { dial } from '../wire/dial.ts';
import { readAnswer } from './answer.ts';
import { exchange, type Sealing } from './exchange.ts';
import { expertOf } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { passed, type Way } from './way.ts';

const REFUSED_POLITELY: readonly string[] = [
  'BUSY',
  'NO_POWER',
  'RATE_LIMITED',
  'NO_SUNSHINE',
  'VOUCHER_DUE',
  'NOT_OFFERED',
];

/** Asks one node once; `id` is that of the question, over all its tries. Throws its fault, after it was noted in the experience. */
export async function askOne(
  candidate: Candidate,
  ways: readonly Way[],
  options: AskerOptions,
  question: SwarmQuestion,
  id: Uint8Array,
): Promise<Omit<SwarmAnswer, 'tries'>> {
  const { experience } = options;
  const { key } = candidate.descriptor;
  const startedMs = performance.now();
  let firstWordMs: number | undefined;
  const onWord = () => {
    firstWordMs ??= performance.now() - startedMs;
  };
  try {
    const answer = await overSomeWay(ways, question, (connection, way) =>
      askBy({ connection, way, candidate, options, question, id, onWord }),
    );
    // One that wants more than was agreed is no better than one that says nothing.
    if (answer.paid?.dispute !== undefined && !answer.paid.signed) experience.failed(key);
    else experience.answered(key, firstWordMs ?? performance.now() - startedMs);
    return { ...answer, node: key };
  } catch (error) {
    if (question.signal?.aborted) throw error;
    if (REFUSED_POLITELY.includes((error as HeatmineError).code)) experience.busy(key);
    else experience.failed(key);
    throw error;
  }
}

interface Asking {
  connection: Connection;
  way: Way;
  candidate: Candidate;
  options: AskerOptions;
  question: SwarmQuestion;
  id: Uint8Array;
  onWord(): void;
}

async function askBy(asking: Asking): Promise<Omit<SwarmAnswer, 'tries' | 'node'>> {
  const { connection, way, candidate, options, question, id } = asking;
  const { sealed, purse } = options;
  const { key, seal: expertKey } = candidate.descriptor;
  const { messages, maxTokens, tier, maxPrice = 0, topics, commitWaitMs } = question;
  const { id: expert } = expertOf(candidate, topics, maxPrice)!;
  const request: Request = { v: 1, expert, messages, maxTokens, maxPrice, tier };
  const sealing: Sealing | undefined = sealed && { seal: sealed.seal, expertKey: expertKey! };
  const ordering = purse?.order({ server: key, via: way.key, id, request });
  const open = () => connection.open(way.path);
  const replies = exchange(open(), { ...request, ...ordering?.slips }, sealing);
  const { end, bytes } = await readAnswer(replies, key, question, asking.onWord);
  const { receipt, ...rest } = end;
  const answer = { ...rest, way: passed(way, key, sealed !== undefined) };
  if (!ordering || receipt === undefined) return answer;
  const paid = await settleAnswer({ ordering, receipt, request, answerBytes: bytes, open, sealing, commitWaitMs });
  return { ...answer, paid };
}

/** The first way on which somebody answers to the dial; what fails after that is the expert's. */
export async function overSomeWay<T>(
  ways: readonly Way[],
  { signal }: Pick<SwarmQuestion, 'signal'>,
  use: (connection: Connection, way: Way) => Promise<T>,
): Promise<T> {
  let last: unknown = new HeatmineError('NOT_RUNNING', 'there is no way to that node');
  for (const way of ways) {
    const { url, key } = way;
    const connection = await dial({ url, identity: freshIdentity(), expect: key, handlers: NOT_SERVING }).catch(
      (error) => {
        last = error;
      },
    );
    if (!connection) continue;
    const abort = () => connection.close(1000, 'changed my mind');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await use(connection, way);
    } finally {
      signal?.removeEventListener('abort', abort);
      connection.close(1000, 'thanks');
    }
  }
  throw last;
}

import { settleAnswer } from '../pay/settle.ts';
import type { Request } from '../query.ts';
import { telling } from '../useful/token.ts';
import type { Connection } from '../wire/connection.ts';
import { readAnswer } from './answer.ts';
import { exchange, type Sealing } from './exchange.ts';
import { expertOf } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { overSomeWay } from './travel.ts';
import { passed, type Way } from './way.ts';

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
  const journey = { to: key, ways, experience, signal: question.signal };
  const answer = await overSomeWay(journey, (connection, way) =>
    askBy({ connection, way, candidate, options, question, id, onWord }),
  );
  // One that wants more than was agreed is no better than one that says nothing.
  if (answer.paid?.dispute !== undefined && !answer.paid.signed) experience.failed(key);
  else experience.answered(key, firstWordMs ?? performance.now() - startedMs);
  return { ...answer, node: key };
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
  const { messages, maxTokens, tier, maxPrice = 0, mostUc, commitWaitMs } = question;
  const { id: expert } = expertOf(candidate, question)!;
  const request: Request = { v: 1, expert, messages, maxTokens, maxPrice, tier };
  const sealing: Sealing | undefined = sealed && { seal: sealed.seal, expertKey: expertKey! };
  const ordering = purse?.order({ server: key, via: way.key, id, request, mostUc });
  const tell = ordering && (await telling(candidate.descriptor, expert));
  const open = () => connection.open(way.path);
  const wanted = { ...request, ...ordering?.slips, ...(tell && { useful: tell.wish }) };
  const replies = exchange(open(), wanted, sealing);
  const { end, bytes } = await readAnswer(replies, { node: key, expert, question, onWord: asking.onWord });
  const { receipt, useful: _, ...rest } = end;
  const answer = { ...rest, way: passed(way, key, sealed !== undefined) };
  if (!ordering || receipt === undefined) return answer;
  const useful = await tell?.token(end, way.key);
  const paid = await settleAnswer({ ordering, receipt, request, answerBytes: bytes, open, sealing, commitWaitMs });
  return { ...answer, paid, useful };
}

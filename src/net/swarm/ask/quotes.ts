import { messageOf } from '../../../core/errors.ts';
import { roundTokens } from '../../ledger/receipt.ts';
import { mostPromptTokens } from '../pay/sizes.ts';
import type { QuoteRequest, Reply } from '../query.ts';
import { peerError } from '../wire/connection.ts';
import { exchange } from './exchange.ts';
import { expertOf, lookFor } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmQuestion } from './question.ts';
import { overSomeWay } from './travel.ts';
import type { Way } from './way.ts';

type Quote = Omit<Extract<Reply, { type: 'quote' }>, 'type'>;

/** What one node says: a price for now, or why not now. */
export interface QuoteLine {
  node: string;
  expert: string;
  quote?: Quote;
  refused?: string;
  error?: unknown;
}

export type ToQuote = Pick<
  SwarmQuestion,
  'messages' | 'topics' | 'expert' | 'maxTokens' | 'maxPrice' | 'tier' | 'signal'
>;

/** What a quote may name at most. */
const MOST_PROMPT_TOKENS = 1_000_000;

/**
 * Asks all nodes that would be asked what the question would cost; its text goes to none of them. Cheapest first, then
 * those that refuse. Throws NOBODY_THERE or NO_ENTRY_RELAY as asking would.
 */
export async function quoteSwarm(options: AskerOptions, question: ToQuote): Promise<QuoteLine[]> {
  const { within, waysTo } = await lookFor(options, question);
  const lines = await Promise.all(within.map((candidate) => quoteOf(candidate, waysTo(candidate), options, question)));
  return lines.sort((a, b) => (a.quote?.mostUc ?? Infinity) - (b.quote?.mostUc ?? Infinity));
}

async function quoteOf(
  candidate: Candidate,
  ways: readonly Way[],
  { sealed, experience }: AskerOptions,
  question: ToQuote,
): Promise<QuoteLine> {
  const { key, seal: expertKey } = candidate.descriptor;
  const { messages, maxTokens, maxPrice = 0, tier, signal } = question;
  const { id: expert } = expertOf(candidate, question)!;
  // As many as may be billed, so that no bill is above the quote; rounded like a receipt, which tells less of the text.
  const promptTokens = Math.min(MOST_PROMPT_TOKENS, roundTokens(mostPromptTokens({ messages })));
  const request: QuoteRequest = { v: 1, quote: { expert, promptTokens, maxTokens, maxPrice, tier } };
  const sealing = sealed && { seal: sealed.seal, expertKey: expertKey! };
  try {
    return await overSomeWay({ to: key, ways, experience, ...(signal && { signal }) }, async (connection, { path }) => {
      for await (const reply of exchange(connection.open(path), request, sealing)) {
        if (reply.type === 'error') throw peerError(reply.code, reply.message);
        if (reply.type !== 'quote') continue;
        const { type: _, ...quote } = reply;
        return { node: key, expert, quote };
      }
      return { node: key, expert, refused: 'it said nothing' };
    });
  } catch (error) {
    return { node: key, expert, refused: messageOf(error), error };
  }
}

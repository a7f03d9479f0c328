import { createHash, randomBytes } from 'node:crypto';
import type { Ask, Quote } from '../../../contract/wire.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { AnswerPiece } from '../../ask/compute-client.ts';
import type { QuoteLine } from '../ask/quotes.ts';

/** What a unit may pay for its page: prices that were asked for, each good for one answer. */
export interface Offers {
  /** What may be spent now, micro-credits. Throws SPENDING_LIMIT where that is nothing. */
  leftUc(): number;
  /** Of the cheapest nodes that would answer now. Throws SPENDING_LIMIT, or what the nodes refused with. */
  make(question: Question, lines: readonly QuoteLine[], tier: Quote['tier']): Made;
  /** Takes what this quote may cost out of what may be spent. Throws QUOTE_GONE, BUSY or SPENDING_LIMIT. */
  take(handle: string, question: Question): Held | Given;
  /** Takes so much out of what may be spent until what it returns is called; undefined where less is left. */
  hold(uc: number): (() => void) | undefined;
}

type Question = Pick<Ask, 'expert' | 'messages' | 'maxTokens'>;

export interface Made {
  offer: string;
  leastUc: number;
  mostUc: number;
  leftUc: number;
  nodes: number;
  validS: number;
}

/** The answer is under way. */
export interface Held {
  maxPrice: number;
  mostUc: number;
  tier: Quote['tier'];
  /** It came whole: the same quote brings the same answer again, and costs nothing more. */
  given(pieces: AnswerPiece[]): void;
  /** However it ended; what was held may be spent again, and what was spent is in the ledger. */
  release(): void;
}

/** It was paid for before. */
export interface Given {
  pieces: AnswerPiece[];
}

export interface OffersOptions {
  /** In 24 hours, micro-credits. */
  limitUc: number;
  /** Of them, what the ledger says was spent. */
  spentUc: () => number;
  monoMs: () => number;
}

const VALID_MS = 10 * 60_000;
const MOST_KEPT = 64;
/** As many nodes as one question is tried with. */
const MOST_NODES = 3;

interface Kept extends Pick<Held, 'maxPrice' | 'mostUc' | 'tier'> {
  of: string;
  untilMs: number;
  state: 'open' | 'running' | AnswerPiece[];
}

export function openOffers({ limitUc, spentUc, monoMs }: OffersOptions): Offers {
  const kept = new Map<string, Kept>();
  let apartUc = 0;
  const held = () =>
    [...kept.values()].reduce((sum, { state, mostUc }) => sum + (state === 'running' ? mostUc : 0), apartUc);
  const leftUc = () => Math.max(0, limitUc - spentUc() - held());
  const sweep = () => {
    for (const [handle, { untilMs, state }] of kept)
      if (state !== 'running' && untilMs <= monoMs()) kept.delete(handle);
  };
  return {
    leftUc() {
      if (leftUc() > 0) return leftUc();
      const why =
        limitUc === 0 ? 'this unit pays for no answers (swarm.spendUcPerDay is 0)' : `${limitUc} uc are spent`;
      throw new HeatmineError('SPENDING_LIMIT', `${why}; free ones cost nothing`);
    },
    make(question, lines, tier) {
      const { chosen, ...costs } = choose(lines, leftUc());
      sweep();
      const offer = randomBytes(16).toString('base64url');
      if (kept.size >= MOST_KEPT) dropOldest(kept);
      const maxPrice = Math.max(...chosen.map(({ answerUcPerMtok }) => answerUcPerMtok));
      const { mostUc } = costs;
      kept.set(offer, { of: nameOf(question), maxPrice, mostUc, tier, untilMs: monoMs() + VALID_MS, state: 'open' });
      return { offer, ...costs, leftUc: leftUc(), nodes: chosen.length, validS: VALID_MS / 1000 };
    },
    take(handle, question) {
      sweep();
      const of = kept.get(handle);
      if (!of || of.of !== nameOf(question))
        throw new HeatmineError('QUOTE_GONE', of ? 'the quote was for another question' : 'no such quote, or too old');
      if (of.state === 'running') throw new HeatmineError('BUSY', 'the answer to this quote is under way');
      if (of.state !== 'open') return { pieces: of.state };
      const { maxPrice, mostUc, tier } = of;
      if (mostUc > leftUc())
        throw new HeatmineError('SPENDING_LIMIT', `it may cost ${mostUc} uc, ${leftUc()} are left`);
      of.state = 'running';
      return {
        ...{ maxPrice, mostUc, tier },
        given(pieces) {
          of.state = pieces;
          of.untilMs = monoMs() + VALID_MS;
        },
        release() {
          if (of.state === 'running') of.state = 'open';
        },
      };
    },
    hold(uc) {
      if (uc > leftUc()) return undefined;
      apartUc += uc;
      return () => {
        apartUc -= uc;
      };
    },
  };
}

/** A free one alone where there is one; else the cheapest that what is left will pay. */
function choose(lines: readonly QuoteLine[], leftUc: number) {
  const quotes = lines.flatMap(({ quote }) => (quote ? [quote] : [])).sort((a, b) => a.mostUc - b.mostUc);
  const [cheapest] = quotes;
  if (!cheapest)
    throw lines.find(({ error }) => error)?.error ?? new HeatmineError('NOBODY_THERE', 'nobody answers now');
  if (cheapest.mostUc > leftUc)
    throw new HeatmineError('SPENDING_LIMIT', `it may cost ${cheapest.mostUc} uc, ${leftUc} are left`);
  const chosen = quotes
    .filter(({ mostUc }) => mostUc <= leftUc && (cheapest.mostUc > 0 || mostUc === 0))
    .slice(0, MOST_NODES);
  return { chosen, leastUc: cheapest.leastUc, mostUc: chosen.at(-1)!.mostUc };
}

function dropOldest(kept: Map<string, Kept>): void {
  const oldest = [...kept].find(([, { state }]) => state !== 'running');
  if (!oldest) throw new HeatmineError('BUSY', 'too many answers under way');
  kept.delete(oldest[0]);
}

/** The words themselves are not kept. */
const nameOf = ({ expert, messages, maxTokens }: Question): string =>
  createHash('sha256')
    .update(JSON.stringify([expert, messages.map(({ role, content }) => [role, content]), maxTokens ?? null]))
    .digest('base64url');

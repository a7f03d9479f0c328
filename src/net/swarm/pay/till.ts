import type { AnswerMeter } from '../../../contract/compute-api.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { ServeConfig } from '../../../core/swarm-config.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { amountUc } from '../../ledger/price.ts';
import { quote } from '../../ledger/quote.ts';
import { receiptOf, type SignedReceipt, signAsServer } from '../../ledger/receipt.ts';
import type { Via } from '../../ledger/sunshine.ts';
import type { Identity } from '../identity.ts';
import type { QuoteRequest, Reply, Request, SignRequest } from '../query.ts';
import { createClaims, nameOf } from './claims.ts';
import { createCredit, type Ordered } from './credit.ts';
import type { Rate, UnitNow } from './rates.ts';
import { BYTES_A_TOKEN, MOST_ANSWER_TOKENS, mostAnswerTokens, mostPromptTokens } from './sizes.ts';
import { claimText } from './slips.ts';
import { createTerms, type Terms } from './terms.ts';

/** What a node that answers strangers trades by. */
export interface Trade {
  ledger: Ledger;
  unit(): UnitNow;
}

export interface TillOptions extends Trade {
  identity: Identity;
  serve: ServeConfig;
  wallMs: () => number;
  monoMs: () => number;
}

/** One answer on its way. */
export interface Bill {
  /** What compute may take for it. */
  economy: boolean;
  maxTokens: number | undefined;
  /** Compute has begun with it. */
  begun(): void;
  /** UTF-8 bytes of answer text that went out. */
  said(bytes: number): void;
  /** The receipt to send with the end; undefined where the asker gave no order. */
  end(meter: AnswerMeter): string | undefined;
  /** Gives back what was held for it and not used; once. `isCut`: the asker has left, and owes what was done until then. */
  release(isCut: boolean): void;
}

/** The expert's side of paying: what an answer costs, whether it may be given, and what is owed for it. */
export interface Till {
  /** For the descriptor: the standard price, and whether free watts are there. */
  offer(): { price: number; sunshine: boolean };
  quote(request: QuoteRequest['quote'], via: Via): Reply;
  /** Throws NOT_OFFERED, NO_SUNSHINE, VOUCHER_DUE, RECEIPT_INVALID or LEDGER_REFUSES. */
  admit(request: Request, via: Via): Bill;
  /** Writes a signed receipt down: `taken` at once, `committed` when it is on disk. Throws RECEIPT_INVALID. */
  sign(request: SignRequest): AsyncGenerator<Reply>;
  /** Writes down what nobody signed. */
  close(): void;
}

export function openTill(options: TillOptions): Till {
  const terms = createTerms(options);
  const credit = createCredit(options);
  const claims = createClaims({ ...options, credit });
  return {
    offer: terms.offer,
    quote: (request, via) => quoteBy(terms, request, via),
    admit(request, via) {
      const rate = terms.rateFor(request);
      const isFree = rate.tier === 'sunshine';
      const maxTokens = request.maxTokens ?? (isFree ? terms.freeTokens(via) : undefined);
      const sized = { ...request, maxTokens };
      const promptTokens = mostPromptTokens(sized);
      const mostUc = amountUc({ ...rate, promptTokens, answerTokens: maxTokens ?? MOST_ANSWER_TOKENS });
      const ordered = credit.admit(request, rate, mostUc, via);
      if (ordered && claims.isSigned(nameOf(ordered))) {
        ordered.release();
        throw new HeatmineError('RECEIPT_INVALID', 'order: this question was signed for; a new one needs a new id');
      }
      const giveBack = isFree ? terms.take(via, maxTokens!, promptTokens) : undefined;
      let bytes = 0;
      let used: number | undefined;
      let begunMs: number | undefined;
      /** Whoever leaves before the end has had the work all the same. */
      const cut = (sinceMs: number) => {
        const shown = Math.min(mostAnswerTokens(sized, bytes), Math.ceil(bytes / BYTES_A_TOKEN));
        const asked = Math.ceil(promptTokens / BYTES_A_TOKEN);
        used = terms.guessJ((options.monoMs() - sinceMs) / 1000, shown, asked);
        if (!isFree) credit.cut(amountUc({ ...rate, promptTokens: asked, answerTokens: shown }), via);
      };
      return {
        economy: rate.tier !== 'standard',
        maxTokens,
        begun() {
          begunMs ??= options.monoMs();
        },
        said(more) {
          bytes += more;
        },
        end(meter) {
          used = meter.joules;
          if (!ordered) return undefined;
          const signed = receiptFor(options, ordered, rate, {
            promptTokens: Math.min(meter.promptTokens, promptTokens),
            answerTokens: Math.min(meter.answerTokens, mostAnswerTokens(sized, bytes)),
          });
          claims.hold({ signed, energyMilliWh: Math.round(meter.joules / 3.6), channel: ordered.channel, via });
          return claimText(signed);
        },
        release(isCut) {
          if (isCut && used === undefined && begunMs !== undefined) cut(begunMs);
          giveBack?.(used ?? 0);
          ordered?.release();
        },
      };
    },
    sign: claims.sign,
    close: claims.close,
  };
}

function receiptFor(
  { identity, ledger, wallMs }: TillOptions,
  { id, asker, expert }: Ordered,
  { tier, promptUcPerMtok, answerUcPerMtok }: Rate,
  tokens: { promptTokens: number; answerTokens: number },
): SignedReceipt {
  const who = { id, asker, expert, server: identity.publicKey, counter: ledger.nextCounter() };
  const receipt = receiptOf({ ...who, ...tokens, wallMs: wallMs(), tier, promptUcPerMtok, answerUcPerMtok });
  return signAsServer(receipt, identity.sign);
}

function quoteBy(terms: Terms, request: QuoteRequest['quote'], via: Via): Reply {
  const { promptTokens, maxTokens } = request;
  const { tier, reason: text, ...prices } = terms.rateFor(request);
  const isFree = tier === 'sunshine';
  const most = maxTokens ?? (isFree ? terms.freeTokens(via) : MOST_ANSWER_TOKENS);
  if (isFree) terms.look(via, most, promptTokens);
  const { leastUc, mostUc } = quote({ ...prices, reason: { code: '', text } }, promptTokens, most);
  return { type: 'quote', tier, ...prices, leastUc, mostUc, reason: text };
}

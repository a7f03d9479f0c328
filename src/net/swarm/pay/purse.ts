import { randomBytes } from 'node:crypto';
import { HeatmineError } from '../../../core/errors.ts';
import { hexOf, NO_CHANNEL } from '../../ledger/books.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { TIERS, type Tier } from '../../ledger/price.ts';
import { checkAgreed, hourOf, type SignedReceipt, signAsAsker } from '../../ledger/receipt.ts';
import {
  type Channel,
  channelId,
  charge,
  issueVoucher,
  openChannel,
  type SignedVoucher,
} from '../../ledger/voucher.ts';
import { freshIdentity, type Identity, keyFromText, verifySignature } from '../identity.ts';
import type { Request, SignRequest } from '../query.ts';
import { mostAnswerTokens, mostPromptTokens } from './sizes.ts';
import { ORDER_DOMAIN, ORDER_VERSION, orderCodec, orderText, readClaim, receiptText, voucherText } from './slips.ts';

/** Where an asker writes down what it got and promised; rejects where it cannot. */
export type Notebook = (entry: NoteEntry) => Promise<void>;
export interface NoteEntry {
  signed: SignedReceipt;
  /** As it was before, where the answer cost something. */
  channel?: Channel;
  voucher?: SignedVoucher;
}

/** Into a ledger that this process holds. Throws LEDGER_REFUSES. */
export function noteIn(ledger: Ledger, { signed, channel, voucher }: NoteEntry): void {
  if (channel && !ledger.books().channels.has(hexOf(channel.channel))) ledger.openChannel(channel);
  ledger.spent(signed, channel?.channel);
  if (voucher) ledger.voucher(voucher);
}

export interface PurseOptions {
  note: Notebook;
  wallMs: () => number;
}

export interface Ordering {
  /** What goes into the request. */
  slips: Pick<Request, 'order' | 'voucher'>;
  /**
   * Checks what the answer costs against what came, writes it down and signs it. Throws RECEIPT_INVALID, and nothing is
   * owed then.
   */
  settle(receipt: string, request: Request, answerBytes: number): Promise<Settling>;
}

export interface Settling {
  signed: SignedReceipt;
  request: SignRequest;
  /** The expert has it: its voucher need not go along with the next question. */
  taken(): void;
}

export interface ToOrder {
  server: string;
  via: string;
  /** Of the question. */
  id: Uint8Array;
  request: Request;
  /** Micro-credits that the whole answer may cost; left out: whatever its size and the agreed price make. */
  mostUc?: number | undefined;
}

/** The asker's side of paying. */
export interface Purse {
  /** For one question to this expert, entering by `via`. `id` is the same for each try of a question. */
  order(to: ToOrder): Ordering;
}

export const newQuestionId = (): Buffer => randomBytes(16);

/** A key tells an expert that two questions have one asker: it is another for each way, and goes after a day. */
const KEY_MS = 24 * 3_600_000;
const MOST_KEYS = 1000;

interface Pocket {
  name: string;
  identity: Identity;
  channel: Channel;
  bornMs: number;
  /** Given, and not known to have arrived. */
  newest?: SignedVoucher | undefined;
}

/** Keys and channels live in memory only. */
export function openPurse({ note, wallMs }: PurseOptions): Purse {
  const pockets = new Map<string, Pocket>();
  const pocketFor = (server: Uint8Array, via: string): Pocket => {
    const name = `${via} ${Buffer.from(server).toString('hex')}`;
    const known = pockets.get(name);
    if (known && wallMs() - known.bornMs < KEY_MS) return known;
    const identity = freshIdentity();
    const fresh: Pocket = {
      ...{ name, identity },
      channel: openChannel(channelId(hourOf(wallMs()), randomBytes(12)), identity.publicKey, server),
      bornMs: wallMs(),
    };
    pockets.delete(name);
    pockets.set(name, fresh);
    if (pockets.size > MOST_KEYS) pockets.delete(pockets.keys().next().value!);
    return fresh;
  };
  return {
    order({ server: serverText, via, id, request, mostUc = Number.POSITIVE_INFINITY }) {
      const server = keyFromText(serverText)!;
      const pocket = pocketFor(server, via);
      const { identity } = pocket;
      const tier: Tier = request.maxPrice === 0 ? 'sunshine' : (request.tier ?? 'standard');
      const order = {
        ...{ version: ORDER_VERSION, id, asker: identity.publicKey, server, expert: request.expert },
        channel: request.maxPrice === 0 ? NO_CHANNEL : pocket.channel.channel,
        tier: TIERS.indexOf(tier),
        mostUcPerMtok: request.maxPrice,
        hour: hourOf(wallMs()),
      };
      const signature = identity.sign(ORDER_DOMAIN, orderCodec.encode(order));
      const voucher = pocket.newest && request.maxPrice > 0 ? { voucher: voucherText(pocket.newest) } : {};
      return {
        slips: { order: orderText({ order, signature }), ...voucher },
        async settle(receipt, asked, answerBytes) {
          const claim = readClaim(receipt);
          // What would have cost something may have been given for nothing.
          const isFree = claim.receipt.tier === TIERS.indexOf('sunshine');
          const agreed = {
            ...{ id, asker: identity.publicKey, server, expert: asked.expert },
            tier: isFree ? ('sunshine' as const) : tier,
            promptUcPerMtok: isFree ? 0 : asked.maxPrice,
            answerUcPerMtok: isFree ? 0 : asked.maxPrice,
            promptTokens: mostPromptTokens(asked),
            answerTokens: mostAnswerTokens(asked, answerBytes),
          };
          checkAgreed(claim, agreed, wallMs(), verifySignature);
          const { amountUc } = claim.receipt;
          if (amountUc > mostUc)
            throw new HeatmineError('RECEIPT_INVALID', `receipt: ${amountUc} uc where the quote was at most ${mostUc}`);
          const signed = signAsAsker(claim, identity.sign) as Required<SignedReceipt>;
          const paid = amountUc > 0 ? pay(pocket, amountUc) : undefined;
          // At once: another answer may end while this is written, and no two vouchers have one number.
          if (paid) Object.assign(pocket, { channel: paid.channel, newest: paid.signed });
          try {
            await note({ signed, ...(paid && { voucher: paid.signed, channel: paid.before }) });
          } catch (error) {
            // Promised nowhere: the next question has another key.
            pockets.delete(pocket.name);
            throw error;
          }
          return {
            signed,
            request: {
              v: 1,
              sign: receiptText(signed),
              ...(paid && { voucher: voucherText(paid.signed) }),
            },
            taken: () => {
              if (pocket.newest === paid?.signed) pocket.newest = undefined;
            },
          };
        },
      };
    },
  };
}

function pay({ channel, identity }: Pocket, uc: number) {
  return { before: channel, ...issueVoucher(charge(channel, uc), identity.sign) };
}

import { HeatmineError } from '../../../core/errors.ts';
import { hexOf } from '../../ledger/books.ts';
import { amountUc, TIERS } from '../../ledger/price.ts';
import { hasName, hourOf, RECEIPT_HOURS } from '../../ledger/receipt.ts';
import type { Via } from '../../ledger/sunshine.ts';
import { type Channel, debtUc, isOfNow, mayServe, openChannel } from '../../ledger/voucher.ts';
import { verifySignature } from '../identity.ts';
import { MAX_REQUEST_BYTES, type Request } from '../query.ts';
import { createFading } from './fading.ts';
import type { Rate } from './rates.ts';
import { MOST_ANSWER_TOKENS } from './sizes.ts';
import { ORDER_DOMAIN, ORDER_VERSION, type Order, readOrder, readVoucher } from './slips.ts';
import type { TillOptions } from './till.ts';

/** An order that was looked at; what it may cost at most counts as owed until it is released. */
export interface Ordered extends Order {
  release(): void;
}

export interface Credit {
  /** Undefined for a free question without an order. Throws RECEIPT_INVALID, VOUCHER_DUE or LEDGER_REFUSES. */
  admit(request: Request, rate: Rate, mostUc: number, via: Via): Ordered | undefined;
  /** An answer went out that nobody has signed yet; the answer takes that back. */
  unsigned(channel: Uint8Array, uc: number, via: Via): (isPaid: boolean) => void;
  /** An asker left before the end, when there is no receipt yet: where it came from owes the work. */
  cut(uc: number, via: Via): void;
}

/** Keys cost nothing: all strangers by one relay or prefix together may owe this many times what one may. */
const VIA_LIMITS = 4;
/** What nobody signed for is forgiven to a relay or prefix by half in this time, or one bad asker would stop all others there. */
const FORGIVE_MS = 600_000;
/** Of the longest kind, where the owner names no limit. */
const LONGEST_ANSWERS = 2;
/** At two paid answers a second, each with a key of its own, a little more than a day of them. */
const MOST_CHANNELS = 250_000;

type Parts = Pick<TillOptions, 'identity' | 'ledger' | 'serve' | 'wallMs' | 'monoMs'>;

/** Who may owe how much: debts by channel, and by whence the questions come. */
export function createCredit({ identity, ledger, serve, wallMs, monoMs }: Parts): Credit {
  const open = new Map<string, number>();
  const byVia = createFading(FORGIVE_MS, monoMs);
  const viaOf = ({ relay, prefix }: Via) => (relay === undefined ? `prefix ${prefix}` : `relay ${relay}`);
  const owe = (name: string, uc: number) => {
    const sum = (open.get(name) ?? 0) + uc;
    if (sum > 0) open.set(name, sum);
    else open.delete(name);
  };
  const limitUc = (rate: Rate) => serve.debtLimitUc ?? longestUc(rate) * LONGEST_ANSWERS;
  const channelOf = (order: Order): Channel => {
    const known = ledger.books().channels.get(hexOf(order.channel));
    if (!known) return openChannel(order.channel, order.asker, order.server);
    if (!same(known.payer, order.asker)) refuse('the channel is that of another key');
    return known;
  };
  const checkDebt = (order: Order, mostUc: number, most: number, via: Via) => {
    const known = channelOf(order);
    if (ledger.books().channels.size >= MOST_CHANNELS) throw new HeatmineError('BUSY', 'too many open channels');
    const unsignedUc = open.get(hexOf(order.channel)) ?? 0;
    const { ok, reason } = mayServe({ ...known, chargedUc: known.chargedUc + unsignedUc }, mostUc, most);
    if (!ok) throw new HeatmineError('VOUCHER_DUE', reason);
    const there = byVia.of(viaOf(via));
    if (there + debtUc(known) + mostUc > most * VIA_LIMITS) {
      const why = `${Math.ceil(there)} uc are open for answers that went your way and were not signed for`;
      throw new HeatmineError('VOUCHER_DUE', `${why}, ${most * VIA_LIMITS} may be; ask over another relay, or later`);
    }
  };
  return {
    admit(request, rate, mostUc, via) {
      if (request.order === undefined) {
        if (mostUc > 0) refuse('a paid question needs an order');
        return undefined;
      }
      const order = readOrder(request.order).order;
      checkOrder(request, rate, { ours: identity.publicKey, wallMs: wallMs() });
      if (mostUc === 0) return { ...order, release() {} };
      if (!isOfNow(order.channel, hourOf(wallMs()))) refuse('its channel is not of now');
      const refusing = ledger.refusing();
      if (refusing) throw new HeatmineError('LEDGER_REFUSES', `no paid work is taken: ${refusing}`);
      if (request.voucher !== undefined) takeNewest(order, request.voucher);
      checkDebt(order, mostUc, limitUc(rate), via);
      const name = hexOf(order.channel);
      owe(name, mostUc);
      byVia.add(viaOf(via), mostUc);
      let isOver = false;
      const release = () => {
        if (isOver) return;
        isOver = true;
        owe(name, -mostUc);
        byVia.add(viaOf(via), -mostUc);
      };
      return { ...order, release };
    },
    cut: (uc, via) => byVia.add(viaOf(via), uc),
    unsigned(channel, uc, via) {
      const name = hexOf(channel);
      owe(name, uc);
      byVia.add(viaOf(via), uc);
      return (isPaid) => {
        owe(name, -uc);
        if (isPaid) byVia.add(viaOf(via), -uc);
      };
    },
  };

  function takeNewest(order: Order, text: string): void {
    const signed = readVoucher(text);
    if (!same(signed.voucher.channel, order.channel)) refuse('a voucher of another channel');
    // Of a channel that we do not know it pays for nothing that we know of.
    if (ledger.books().channels.has(hexOf(order.channel))) ledger.voucher(signed);
  }
}

const longestUc = (rate: Rate): number =>
  amountUc({ ...rate, promptTokens: MAX_REQUEST_BYTES, answerTokens: MOST_ANSWER_TOKENS });

function checkOrder(request: Request, rate: Rate, at: { ours: Uint8Array; wallMs: number }): void {
  const { order, signature } = readOrder(request.order!);
  const faults: [boolean, string][] = [
    [order.version !== ORDER_VERSION, `version ${order.version} is not ${ORDER_VERSION}`],
    [!same(order.server, at.ours), 'to another node'],
    [order.expert !== request.expert, 'for another expert'],
    [!hasName(order.expert), 'for an expert whose name no receipt can hold'],
    [order.mostUcPerMtok !== request.maxPrice, 'with another price than the request'],
    [order.tier !== TIERS.indexOf(rate.tier) && rate.tier !== 'sunshine', 'of another tier'],
    [Math.abs(order.hour - hourOf(at.wallMs)) > RECEIPT_HOURS, 'of an hour that is not now'],
    [!verifySignature(order.asker, ORDER_DOMAIN, Buffer.from(bytesOf(request.order!)), signature), 'forged'],
  ];
  const fault = faults.find(([isWrong]) => isWrong);
  if (fault) refuse(fault[1]);
}

const bytesOf = (text: string) => Buffer.from(text, 'base64url').subarray(0, -64);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b);

function refuse(why: string): never {
  throw new HeatmineError('RECEIPT_INVALID', `order: ${why}`);
}

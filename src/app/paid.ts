import { printable } from '../core/printable.ts';
import { UC_PER_CREDIT } from '../net/ledger/price.ts';
import type { QuoteLine } from '../net/swarm/ask/quotes.ts';
import type { Settled } from '../net/swarm/pay/settle.ts';
import { print } from './command.ts';

const credits = (uc: number) => `${(uc / UC_PER_CREDIT).toFixed(6)} credits`;

/** Of a receipt, what a script can use. */
export const paidOf = ({ signed, committedSeq, dispute }: Settled) => ({
  microCredits: signed?.receipt.amountUc ?? null,
  committedSeq: committedSeq ?? null,
  dispute: dispute ?? null,
});

export function paidLine({ signed, dispute }: Settled): string {
  if (!signed) return printable(`[not paid for: ${dispute}]`);
  const { amountUc } = signed.receipt;
  const cost = amountUc === 0 ? 'free' : credits(amountUc);
  return printable(`[${cost}; \`heatmine receipts\` has it${dispute === undefined ? '' : `, but: ${dispute}`}]`);
}

/** Who would answer, at what price. Resolves with the exit code: 1 where nobody would. */
export function tellQuotes(lines: readonly QuoteLine[], json: boolean): number {
  if (json) print(JSON.stringify(lines.map(({ error: _, ...line }) => line)));
  else for (const line of lines) print(printable(textOf(line)));
  return lines.some(({ quote }) => quote) ? 0 : 1;
}

function textOf({ node, expert, quote, refused }: QuoteLine): string {
  const who = `${expert} of ${node}`;
  if (!quote) return `${who}: not now: ${refused}`;
  const { tier, answerUcPerMtok, leastUc, mostUc, reason } = quote;
  if (mostUc === 0) return `${who}: now, free (${tier}): ${reason}`;
  const cost = `${credits(leastUc)} and up to ${credits(mostUc)} for the longest answer`;
  return `${who}: now, ${tier}, ${answerUcPerMtok} micro-credits a million tokens, ${cost}: ${reason}`;
}

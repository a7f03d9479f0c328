import type { Channel } from './voucher.ts';

export interface Settled {
  /** Of the channel's vouchers, micro-credits: all up to here is settled. */
  settledUc: number;
  /** Money that has arrived, millionths of a euro; 0 for a settlement that pays none. */
  paidMicroEur: number;
  reference: string;
}

/** How neighbours make good what their vouchers promise. */
export interface Settlement {
  readonly name: string;
  /** Rejects when it could not; nothing is settled then, and it is asked again later. */
  settle(channel: Readonly<Channel>): Promise<Settled>;
}

/** Credits stay credits: what a voucher promises counts as settled between the two, and no money moves. */
export const credit: Settlement = {
  name: 'credit',
  settle: async ({ cumulativeUc }) => ({ settledUc: cumulativeUc, paidMicroEur: 0, reference: '' }),
};

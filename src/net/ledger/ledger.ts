import { HeatmineError } from '../../core/errors.ts';
import { type Books, emptyBooks, hexOf, NO_CHANNEL, post } from './books.ts';
import type { ChainRecord } from './chain.ts';
import { openDisk } from './disk.ts';
import {
  answeredCodec,
  cameByCodec,
  channelCodec,
  type EnergyHour,
  energyCodec,
  incidentCodec,
  KIND,
  reservedCodec,
  settledCodec,
  voucherEntryCodec,
} from './entries.ts';
import { type Appended, type JournalOptions, openJournal } from './journal.ts';
import { forget, pruned } from './prune.ts';
import { checkSigned, hourOf, receiptCodec, type SignedReceipt, type Verify } from './receipt.ts';
import type { Settlement } from './settlement.ts';
import { type Channel, type SignedVoucher, takeVoucher, voucherCodec } from './voucher.ts';

export const LEDGER_FILE = 'ledger';
/** The same for what this home asked others for by command, which needs no running unit. */
export const ASKED_FILE = 'asked';

export interface Ledger {
  /** Before the first counter: resolves once no later start can give the counters of this one again. */
  reserveCounters(): Promise<void>;
  /** For the next receipt that we write: never given before, over restarts too. */
  nextCounter(): number;
  /** An answer that we gave; `committed` may be told to the asker. Throws RECEIPT_INVALID for one that stands there. */
  earned(signed: SignedReceipt, energyMilliWh: number, channel?: Uint8Array): Appended;
  /** Which relay brought the answer with this counter. */
  cameBy(counter: number, relay: Uint8Array): Appended;
  /** An answer that we got. */
  spent(signed: SignedReceipt, channel?: Uint8Array): Appended;
  openChannel(channel: Channel): Appended;
  /** A voucher that we were given or gave. Throws RECEIPT_INVALID; undefined where it is older than what we have. */
  voucher(signed: SignedVoucher): Appended | undefined;
  energy(hour: EnergyHour): Appended;
  /** Settles what vouchers promise to this node; resolves with the number of channels that moved. */
  settle(settlement: Settlement, payee: Uint8Array, wallMs: number): Promise<number>;
  /** Drops what is settled and old, keeping its sums. */
  prune(wallMs: number): Promise<void>;
  books(): Readonly<Books>;
  /** Why no paid work may be taken now: it could not be written down. */
  refusing(): string | undefined;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LedgerOptions extends Partial<Pick<JournalOptions, 'limits' | 'clock' | 'schedule'>> {
  file: string;
  verify: Verify;
  /** Text for people when the file was damaged. */
  onDamage: (text: string) => void;
}

/** Counters skipped at each start: more than are ever given between two fsyncs. */
const COUNTER_GAP = 1_000_000;

/** Opens the ledger at `file`, making it where there is none. Damage is told, kept aside, and the good part goes on. */
export async function openLedger({ file, verify, onDamage, ...rest }: LedgerOptions): Promise<Ledger> {
  const books = emptyBooks();
  let damage: string | undefined;
  const journal = await openJournal({
    ...rest,
    disk: await openDisk(file),
    onRecord: (record) => post(books, record),
    onDamage: (text) => (damage = text),
    asideName: (seq) => `${file}.damaged-${seq}`,
  });
  let counter = Math.ceil((books.highestCounter + 1) / COUNTER_GAP) * COUNTER_GAP;
  const add = (kind: number, payload: Buffer, exposureUc = 0): Appended => {
    const appended = journal.append(kind, payload, exposureUc);
    post(books, { seq: appended.seq, kind, payload });
    return appended;
  };
  const answered = (kind: number, signed: SignedReceipt, energyMilliWh: number, channel: Uint8Array) => {
    checkSigned(signed, verify);
    return add(kind, encodeAnswered(signed, energyMilliWh, channel), signed.receipt.amountUc);
  };
  if (damage !== undefined) {
    onDamage(damage);
    add(KIND.incident, incidentCodec.encode({ text: Buffer.from(damage) }));
  }
  return {
    async reserveCounters() {
      add(KIND.reserved, reservedCodec.encode({ counter }));
      await journal.flush();
    },
    nextCounter: () => ++counter,
    earned(signed, energyMilliWh, channel = NO_CHANNEL) {
      const { counter: ours } = signed.receipt;
      if (books.counters.has(ours) || ours <= books.totals.floorCounter) twice(`receipt ${ours}`);
      return answered(KIND.earned, signed, energyMilliWh, channel);
    },
    cameBy: (counter, relay) => add(KIND.cameBy, cameByCodec.encode({ counter, relay })),
    spent(signed, channel = NO_CHANNEL) {
      if (books.ids.has(hexOf(signed.receipt.id))) twice('this receipt');
      return answered(KIND.spent, signed, 0, channel);
    },
    openChannel(channel) {
      if (books.channels.has(hexOf(channel.channel))) twice('this channel');
      return add(KIND.channel, channelCodec.encode(channel));
    },
    voucher(signed) {
      const channel = books.channels.get(hexOf(signed.voucher.channel));
      if (!channel) throw new HeatmineError('RECEIPT_INVALID', 'voucher: of no channel that is open');
      if (takeVoucher(channel, signed, verify) === channel) return undefined;
      const entry = { voucher: voucherCodec.encode(signed.voucher), signature: signed.signature };
      return add(KIND.voucher, voucherEntryCodec.encode(entry));
    },
    energy: (hour) => add(KIND.energy, energyCodec.encode(hour)),
    async settle(settlement, payee, wallMs) {
      // Only what is on disk may be settled: a voucher still to be written could be lost after it was paid.
      await journal.flush();
      const due = [...books.channels.values()].filter(
        (c) => c.cumulativeUc > c.settledUc && Buffer.from(payee).equals(c.payee),
      );
      for (const { ...channel } of due) {
        const { settledUc, paidMicroEur, reference } = await settlement.settle(channel);
        const fixed = { channel: channel.channel, hour: hourOf(wallMs), by: settlement.name, reference };
        add(KIND.settled, settledCodec.encode({ ...fixed, cumulativeUc: settledUc, paidMicroEur }));
      }
      return due.length;
    },
    async prune(wallMs) {
      let kept: ChainRecord[] = [];
      await journal.rewrite((records) => (kept = pruned(records, books, hourOf(wallMs))));
      forget(books, kept);
    },
    books: () => books,
    refusing: () => journal.refusing(),
    flush: () => journal.flush(),
    close: () => journal.close(),
  };
}

function encodeAnswered(signed: SignedReceipt, energyMilliWh: number, channel: Uint8Array): Buffer {
  const { receipt, serverSignature, askerSignature } = signed;
  return answeredCodec.encode({
    channel,
    receipt: receiptCodec.encode(receipt),
    serverSignature,
    signed: askerSignature ? 1 : 0,
    askerSignature: askerSignature ?? Buffer.alloc(64),
    energyMilliWh,
  });
}

function twice(what: string): never {
  throw new HeatmineError('RECEIPT_INVALID', `${what} stands in the ledger already, or is older than what it keeps`);
}

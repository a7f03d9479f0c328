import { HeatmineError } from '../../../core/errors.ts';
import { hexOf } from '../../ledger/books.ts';
import { checkSigned, hourOf } from '../../ledger/receipt.ts';
import { verifySignature } from '../identity.ts';
import type { Reply, SignRequest } from '../query.ts';
import type { Credit } from './credit.ts';
import { readReceipt, readVoucher } from './slips.ts';
import type { TillOptions } from './till.ts';
import { type Held, writeSigned, writeUnsigned } from './written.ts';

/** Answers that went out, until their askers sign for them. */
export interface Claims {
  hold(held: Held): void;
  /** Whether this question of this asker has been signed for. */
  isSigned(name: string): boolean;
  sign(request: SignRequest): AsyncGenerator<Reply>;
  close(): void;
}

/** So long an asker has to sign; then it stands by our word alone. */
const SIGN_MS = 60_000;
const SWEEP_MS = 5_000;
const MOST_HELD = 10_000;
/** More than the ledger may have under way: whatever is forgotten here is on disk. */
const MOST_DONE = 100_000;
/** A receipt is signed within the life of its key. */
const SIGN_HOURS = 24;

type Parts = Pick<TillOptions, 'identity' | 'ledger' | 'wallMs' | 'monoMs'> & { credit: Credit };
type Waiting = Held & { atMs: number; settled: (isPaid: boolean) => void };

/** The name that one question of one asker has in memory. */
export const nameOf = ({ id, asker }: { id: Uint8Array; asker: Uint8Array }): string => `${hexOf(asker)} ${hexOf(id)}`;

export function createClaims({ identity, ledger, credit, wallMs, monoMs }: Parts): Claims {
  const waiting = new Map<string, Waiting>();
  const done = new Map<string, Promise<number>>();
  const giveUp = (name: string, held: Waiting) => {
    waiting.delete(name);
    held.settled(false);
    try {
      writeUnsigned(ledger, held);
    } catch {
      // The ledger refuses: nobody was told that it would stand there.
    }
  };
  const sweep = (oldestMs: number) => {
    for (const [name, held] of waiting) if (monoMs() - held.atMs >= oldestMs) giveUp(name, held);
  };
  const timer = setInterval(sweep, SWEEP_MS, SIGN_MS);
  timer.unref();

  return {
    hold(held) {
      const { receipt } = held.signed;
      const name = nameOf(receipt);
      // Asked again after its answer was lost on the way: one question is charged once, and both answers were work.
      waiting.get(name)?.settled(false);
      waiting.delete(name);
      const settled = credit.unsigned(held.channel, receipt.amountUc, held.via);
      waiting.set(name, { ...held, atMs: monoMs(), settled });
      const [oldest] = waiting;
      if (waiting.size > MOST_HELD) giveUp(...oldest!);
    },
    isSigned: (name) => done.has(name),
    async *sign({ sign, voucher: text }) {
      const signed = readReceipt(sign);
      const { receipt } = signed;
      if (!identity.publicKey.equals(receipt.server)) refuse('of another node');
      checkSigned(signed, verifySignature);
      const isPaid = receipt.amountUc > 0;
      if (isPaid && text === undefined) refuse('it costs something, and no voucher came with it');
      const name = nameOf(receipt);
      let committed = done.get(name);
      if (!committed) {
        const hour = hourOf(wallMs());
        if (Math.abs(hour - receipt.hour) >= SIGN_HOURS) refuse('it is older than a day');
        const held = waiting.get(name);
        committed = writeSigned(ledger, signed, isPaid ? readVoucher(text!) : undefined, { held, hour });
        held?.settled(true);
        waiting.delete(name);
        done.set(name, committed);
        if (done.size > MOST_DONE) done.delete(done.keys().next().value!);
      }
      yield { type: 'taken' };
      yield { type: 'committed', seq: await committed };
    },
    close() {
      clearInterval(timer);
      sweep(0);
    },
  };
}

function refuse(why: string): never {
  throw new HeatmineError('RECEIPT_INVALID', `receipt: ${why}`);
}

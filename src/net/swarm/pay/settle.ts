import { messageOf } from '../../../core/errors.ts';
import type { SignedReceipt } from '../../ledger/receipt.ts';
import { exchange, type Sealing } from '../ask/exchange.ts';
import type { Request } from '../query.ts';
import type { Stream } from '../wire/stream.ts';
import type { Ordering } from './purse.ts';

const TAKEN_MS = 2_000;

/** What became of paying for an answer. */
export interface Settled {
  /** Signed by both; undefined where the asker did not sign. */
  signed?: SignedReceipt;
  /** Of the expert's record, once it said that it is on disk; it may take a minute. */
  committedSeq?: number;
  /** Why it was not signed, or not taken. */
  dispute?: string;
}

export interface ToSettle {
  ordering: Ordering;
  /** As the expert sent it. */
  receipt: string;
  request: Request;
  answerBytes: number;
  /** Of its own: the answer's has ended. */
  open(): Stream;
  sealing: Sealing | undefined;
  /** For `committed`, from the sending on; left out: only until the expert has it in its hands. */
  commitWaitMs?: number | undefined;
}

/** Checks a receipt, writes it down, signs it and sends it back. Never throws: the answer is there all the same. */
export async function settleAnswer(to: ToSettle): Promise<Settled> {
  const settled: Settled = {};
  try {
    const { signed, request, taken } = await to.ordering.settle(to.receipt, to.request, to.answerBytes);
    settled.signed = signed;
    const stream = to.open();
    const late = setTimeout(
      () => stream.close('NOT_RUNNING', 'that node has not said yet that it wrote it down'),
      to.commitWaitMs ?? TAKEN_MS,
    );
    let isTaken = false;
    try {
      for await (const reply of exchange(stream, request, to.sealing)) {
        if (reply.type === 'taken') {
          isTaken = true;
          taken();
          // Whoever waits for an answer does not wait for the other side's disk.
          if (to.commitWaitMs === undefined) break;
        } else if (reply.type === 'committed') settled.committedSeq = reply.seq;
        else if (reply.type === 'error') settled.dispute = `${reply.code}: ${reply.message}`;
      }
    } catch (error) {
      // Not taken, its voucher goes along with the next question.
      if (!isTaken) settled.dispute = messageOf(error);
    } finally {
      clearTimeout(late);
    }
  } catch (error) {
    settled.dispute = messageOf(error);
  }
  return settled;
}

import { z } from 'zod';

const credits = z.number().min(0);

/** `ledger` of `/api/state` and `/live`: swarm work in figures. Credits are no money until a settlement paid them out. */
export const LedgerState = z.object({
  /** All that answers to strangers earned, and what answers of others cost this home. */
  earnedCredits: credits,
  spentCredits: credits,
  /** Of the earned: what vouchers promise and a settlement has taken. */
  settledCredits: credits,
  /** Earned, and no voucher given for it yet. */
  owedCredits: credits,
  /** Money that a settlement really paid out. */
  paidOutEur: z.number().min(0),
  /** Answers given to strangers, and got from them. */
  answers: z.int().min(0),
  asked: z.int().min(0),
  /** Since midnight here. */
  answersToday: z.int().min(0),
  freeAnswersToday: z.int().min(0),
  earnedTodayCredits: credits,
  /** Why no paid work is taken; null while it is. */
  refusing: z.string().nullable(),
  /** What strangers are offered now; null where none are served. */
  offer: z
    .object({
      /** Micro-credits per million answer tokens. */
      priceUcPerMtok: z.int().min(0),
      reason: z.string(),
      /** Watts that free questions may take now, and when the next are expected where that is known. */
      freeW: z.number().min(0),
      nextFreeMs: z.number().optional(),
    })
    .nullable(),
});
export type LedgerState = z.infer<typeof LedgerState>;

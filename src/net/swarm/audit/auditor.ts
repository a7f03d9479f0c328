import { type ErrorCode, HeatmineError, messageOf } from '../../../core/errors.ts';
import type { ComputeClient } from '../../ask/compute-client.ts';
import { amountUc } from '../../ledger/price.ts';
import { roundTokens } from '../../ledger/receipt.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from '../ask/question.ts';
import { MOST_ANSWER_TOKENS, mostAnswerTokens, mostPromptTokens } from '../pay/sizes.ts';
import { askAgain, type Heard, othersFor, type Terms } from './again.ts';
import { createBudget } from './budget.ts';
import { compared } from './compare.ts';
import { type Copy, copyText } from './copy.ts';
import { openTelling } from './telling.ts';

/** One ordinary answer, as the auditor needs it. It is kept in memory only. */
export interface Asked extends Heard, Terms {
  messages: SwarmQuestion['messages'];
  node: string;
  /** Whether another node would be asked the very same. */
  isPlain: boolean;
}

export interface Auditor {
  /** After each ordinary answer: pays into the budget and, where that allows it, audits the node later. */
  asked(asked: Asked): void;
  close(): void;
}

export interface AuditorOptions {
  asker: AskerOptions;
  compute: Pick<ComputeClient, 'weigh'>;
  /** Sets so many micro-credits apart for one answer, until the call of what it returns; undefined: they may not be spent. Left out: none may. */
  hold?: (uc: number) => (() => void) | undefined;
  /** So much later, at random: nobody waits for it, and nothing ties it to what was asked. */
  longestDelayMs?: number;
  /** What came of each. */
  onDone: (outcome: string) => void;
}

const LONGEST_DELAY_MS = 10 * 60_000;
const LIMIT_MS = 5 * 60_000;
/** Then there is no own copy that could say anything: others are compared. */
const NO_COPY: readonly ErrorCode[] = ['EXPERT_UNKNOWN', 'MESSAGE_INVALID', 'NOT_RUNNING', 'MODEL_INVALID'];

export function createAuditor(options: AuditorOptions): Auditor {
  const { asker, onDone, longestDelayMs = LONGEST_DELAY_MS } = options;
  const budget = createBudget();
  const telling = openTelling(options.compute, asker.random, budget.spend);
  const closed = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const audit = async (asked: Asked) => {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(LIMIT_MS)]);
    try {
      onDone(await byOwnCopy(asked, signal));
    } catch (error) {
      const code = error instanceof HeatmineError ? error.code : undefined;
      if (!code || !NO_COPY.includes(code)) throw error;
      onDone(await byOthers(asked, signal));
    }
  };

  const again = againBy(options, budget.spend);

  const byOwnCopy = async (asked: Asked, signal: AbortSignal): Promise<string> => {
    const { expert, node, copy } = asked;
    const question = await telling.next(expert, node, signal);
    if (!question) return 'no telling question yet';
    // It does not claim this copy: nothing that it would say speaks against it.
    if (copy !== question.copy) return 'another copy';
    const messages = [{ role: 'user' as const, content: question.content }];
    const heard = await again(asked, node, messages, signal);
    if (heard.copy !== copy) return 'another copy';
    const finding = await telling.judge(expert, question, heard, signal);
    asker.experience.audited(node, finding);
    return finding.outcome;
  };

  const byOthers = async (asked: Asked, signal: AbortSignal): Promise<string> => {
    if (!asked.isPlain) return 'not to be compared';
    const others = await othersFor(asker, asked);
    if (others.length < 2) return 'nobody to compare with';
    const hear = async (node: string) => ({ ...(await again(asked, node, asked.messages, signal)), node });
    const [b, c] = [await hear(others[0]!), await hear(others[1]!)];
    if ([b, c].some(({ copy }) => copy !== asked.copy)) return 'another copy';
    const findings = [compared(asked, [b, c]), compared(b, [asked, c]), compared(c, [asked, b])];
    for (const [i, { node }] of [asked, b, c].entries()) if (findings[i]) asker.experience.audited(node, findings[i]);
    return findings[0]?.outcome ?? 'all differ';
  };

  return {
    asked(asked) {
      budget.earn(asked.tokens);
      if (asked.isPlain) telling.learn(asked.expert, asked.messages.at(-1)!.content);
      if (timer || closed.signal.aborted || !budget.may()) return;
      timer = setTimeout(() => {
        audit(asked)
          .catch((error) => onDone(`nothing: ${messageOf(error)}`))
          .finally(() => {
            timer = undefined;
          });
      }, asker.random() * longestDelayMs).unref();
    },
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}

/**
 * As it was asked before: by name, for money where that was paid, or whoever lies only then would never be found. What the owner
 * does not let go out is asked for free.
 */
function againBy({ asker, hold }: AuditorOptions, spend: (tokens: number) => void) {
  return async (asked: Asked, node: string, messages: Asked['messages'], signal: AbortSignal): Promise<Heard> => {
    const { topics, expert, maxPrice = 0, tier } = asked;
    const mostUc = mostCost(messages, maxPrice);
    const release = mostUc > 0 ? hold?.(mostUc) : undefined;
    const terms = { topics, expert, ...(release && { maxPrice, mostUc, tier }) };
    try {
      const heard = await askAgain(asker, node, { ...terms, messages, signal });
      spend(heard.tokens);
      return heard;
    } finally {
      release?.();
    }
  };
}

/** Of the longest answer, its question at the same price. */
function mostCost(messages: Asked['messages'], maxPrice: number): number {
  const promptTokens = roundTokens(mostPromptTokens({ messages }));
  const prices = { promptUcPerMtok: maxPrice, answerUcPerMtok: maxPrice };
  return amountUc({ ...prices, promptTokens, answerTokens: MOST_ANSWER_TOKENS });
}

const within = (tokens: number, most: number) => Math.min(most, Math.max(0, tokens));

/** Writes down an answer while it comes. */
export function noteOf({ topics, messages, maxPrice, tier }: Omit<Terms, 'expert'> & Pick<Asked, 'messages'>) {
  let said = { expert: '', copy: undefined as string | undefined, text: '' };
  return {
    onStart(expert: string, _node: string, copy: Copy) {
      said = { expert, copy: copyText(copy), text: '' };
    },
    onChunk(text: string) {
      said.text += text;
    },
    done({ node, meter }: SwarmAnswer, isWhole: boolean): Asked {
      const { promptTokens: billedPromptTokens, answerTokens: billedTokens } = meter;
      const isPlain = isWhole && messages.length === 1;
      // What a node says that it took would else empty or fill the budget as it likes.
      const tokens =
        within(billedPromptTokens, mostPromptTokens({ messages })) +
        within(billedTokens, mostAnswerTokens({ messages }, Buffer.byteLength(said.text)));
      const terms = { topics, messages, ...(maxPrice && { maxPrice, tier }) };
      return { ...said, ...terms, node, billedTokens, billedPromptTokens, tokens, isPlain };
    },
  };
}

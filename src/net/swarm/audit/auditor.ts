import { type ErrorCode, HeatmineError, messageOf } from '../../../core/errors.ts';
import type { ComputeClient } from '../../ask/compute-client.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from '../ask/question.ts';
import { mostAnswerTokens, mostPromptTokens } from '../pay/sizes.ts';
import { askAgain, type Heard, othersFor } from './again.ts';
import { createBudget } from './budget.ts';
import { compared } from './compare.ts';
import { type Copy, copyText } from './copy.ts';
import { openTelling } from './telling.ts';

/** One ordinary answer, as the auditor needs it. It is kept in memory only. */
export interface Asked extends Heard {
  topics: readonly string[];
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

  const byOwnCopy = async ({ topics, expert, node, copy }: Asked, signal: AbortSignal): Promise<string> => {
    const question = await telling.next(expert, node, signal);
    if (!question) return 'no telling question yet';
    // It does not claim this copy: nothing that it would say speaks against it.
    if (copy !== question.copy) return 'another copy';
    const messages = [{ role: 'user' as const, content: question.content }];
    const heard = await askAgain(asker, node, { topics, messages, signal });
    budget.spend(heard.tokens);
    if (heard.expert !== expert || heard.copy !== copy) return 'another expert';
    const finding = await telling.judge(expert, question, heard, signal);
    asker.experience.audited(node, finding);
    return finding.outcome;
  };

  const byOthers = async (asked: Asked, signal: AbortSignal): Promise<string> => {
    if (!asked.isPlain) return 'not to be compared';
    const { topics, messages } = asked;
    const others = await othersFor(asker, asked);
    if (others.length < 2) return 'nobody to compare with';
    const hear = async (node: string) => {
      const heard = await askAgain(asker, node, { topics, messages, signal });
      budget.spend(heard.tokens);
      return { ...heard, node };
    };
    const [b, c] = [await hear(others[0]!), await hear(others[1]!)];
    if ([b, c].some(({ expert, copy }) => expert !== asked.expert || copy !== asked.copy)) return 'another copy';
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

const within = (tokens: number, most: number) => Math.min(most, Math.max(0, tokens));

/** Writes down an answer while it comes. */
export function noteOf(topics: readonly string[], messages: SwarmQuestion['messages']) {
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
      return { ...said, topics, messages, node, billedTokens, billedPromptTokens, tokens, isPlain };
    },
  };
}

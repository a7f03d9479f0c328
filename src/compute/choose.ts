import { HeatmineError } from '../core/errors.ts';
import type { Question } from './answer.ts';
import type { Catalogue } from './catalogue.ts';
import { fallback, type Pick, pickExpert } from './pick.ts';
import { questionOf } from './prompt.ts';

export interface ChooseParts {
  catalogue: Catalogue;
  /** Who answers for the picked one, mostly itself. */
  heirOf(id: string): string;
  /** Logits over `labels` for a text; undefined when no classifier is sound here. */
  classify: { labels: readonly string[]; logits(text: string, signal: AbortSignal): Promise<number[]> } | undefined;
}

/** Who answers a question: the one that its asker named, else the classifier's pick, or its heir. @throws HeatmineError EXPERT_UNKNOWN */
export async function choose(
  { catalogue, heirOf, classify }: ChooseParts,
  question: Question,
  signal: AbortSignal,
): Promise<Pick> {
  if (question.expert !== 'auto') return { expert: question.expert, why: 'the asker named it' };
  const available = catalogue.answering();
  const picked = classify
    ? await classify.logits(questionOf(question.messages), signal).then(
        (logits) => pickExpert(classify.labels, logits, available),
        (error) => {
          signal.throwIfAborted();
          return fallback(
            available,
            `the classifier failed (${error instanceof HeatmineError ? error.code : 'internal'})`,
          );
        },
      )
    : fallback(available, 'no classifier is here to choose');
  if (!picked) {
    const here = available.join(', ') || 'none';
    throw new HeatmineError('EXPERT_UNKNOWN', `no expert here can answer this; there are: ${here}`);
  }
  const heir = heirOf(picked.expert);
  if (heir === picked.expert) return picked;
  return { expert: heir, why: `${picked.why}; ${heir}, bred from it, does better on its questions` };
}

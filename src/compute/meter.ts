import type { Card } from '../contract/cards.ts';
import type { AnswerMeter } from '../contract/compute-api.ts';

/** Tokens measured here to joules of the named card: a model, and said to be one wherever it is shown. */
export function meterAnswer(card: Card, expert: string, promptTokens: number, answerTokens: number): AnswerMeter {
  const tokens = promptTokens + answerTokens;
  return {
    expert,
    promptTokens,
    answerTokens,
    joules: tokens * card.jPerToken,
    modelled: true,
    cardSeconds: tokens / card.tokensPerS,
  };
}

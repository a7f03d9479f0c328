import { amountUc, type Price } from './price.ts';
import { roundTokens } from './receipt.ts';

export interface Quote {
  promptUcPerMtok: number;
  answerUcPerMtok: number;
  /** As they will be billed. */
  promptTokens: number;
  mostAnswerTokens: number;
  leastUc: number;
  mostUc: number;
  reason: Price['reason'];
}

/** What a question would cost, without asking it: the question alone, and with the longest answer allowed. */
export function quote(price: Price, promptTokens: number, mostAnswerTokens: number): Quote {
  const { promptUcPerMtok, answerUcPerMtok, reason } = price;
  const prompt = roundTokens(promptTokens);
  const answer = roundTokens(mostAnswerTokens);
  const bill = (answerTokens: number) =>
    amountUc({ promptTokens: prompt, answerTokens, promptUcPerMtok, answerUcPerMtok });
  return {
    promptUcPerMtok,
    answerUcPerMtok,
    promptTokens: prompt,
    mostAnswerTokens: answer,
    leastUc: bill(0),
    mostUc: bill(answer),
    reason,
  };
}

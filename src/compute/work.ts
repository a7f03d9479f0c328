import type { Card } from '../contract/cards.ts';
import type { Clock } from '../core/clock.ts';
import { burn } from './scheduler/power.ts';

const WINDOW_MS = 5000;

/** Tokens really computed since boot, what the card still has to burn for answers, and recent rates. */
export interface Work {
  /** `sold` answers are what bought power is for; the others wait for free watts. */
  addAnswer(tokens: number, sold?: boolean, expert?: string): void;
  /** `expert` left out: of a child that has no name yet. */
  addFiller(tokens: number, expert?: string): void;
  /** One answer has ended after this long in its lane. */
  answerDone(seconds: number): void;
  /** Takes a sample for the rates and burns what the watts granted for work allow; call it a few times a second. */
  tick(workW: number): void;
  /** Of answers only: filler never runs ahead of its watts. */
  owedJ(): number;
  /** The part of it that was sold at the full price. */
  soldJ(): number;
  totals(): { answerTokens: number; fillerTokens: number; answered: number; joules: number; answerS: number };
  /** Tokens of each expert since boot, answers and filler. */
  byExpert(): ReadonlyMap<string, number>;
  /** Over the last seconds. */
  rates(): { tokensPerS: number; fillerW: number };
}

export function createWork(card: Card, clock: Clock): Work {
  let answerTokens = 0;
  let fillerTokens = 0;
  let answered = 0;
  let answerS = 0.5;
  let owedJ = 0;
  let soldJ = 0;
  let lastMs = clock.monoMs();
  const byExpert = new Map<string, number>();
  const count = (tokens: number, expert: string | undefined) => {
    if (expert !== undefined) byExpert.set(expert, (byExpert.get(expert) ?? 0) + tokens);
  };
  const samples: { atMs: number; answerTokens: number; fillerTokens: number }[] = [
    { atMs: lastMs, answerTokens: 0, fillerTokens: 0 },
  ];
  return {
    addAnswer(tokens, sold = true, expert) {
      count(tokens, expert);
      answerTokens += tokens;
      owedJ += tokens * card.jPerToken;
      if (sold) soldJ += tokens * card.jPerToken;
    },
    addFiller(tokens, expert) {
      count(tokens, expert);
      fillerTokens += tokens;
    },
    answerDone(seconds) {
      answered++;
      answerS = 0.8 * answerS + 0.2 * seconds;
    },
    tick(workW) {
      const nowMs = clock.monoMs();
      const dtS = (nowMs - lastMs) / 1000;
      owedJ = burn(owedJ, workW, dtS);
      soldJ = burn(soldJ, workW, dtS);
      lastMs = nowMs;
      samples.push({ atMs: nowMs, answerTokens, fillerTokens });
      while (samples.length > 2 && nowMs - samples[0]!.atMs > WINDOW_MS) samples.shift();
    },
    owedJ: () => owedJ,
    soldJ: () => soldJ,
    totals: () => {
      const joules = (answerTokens + fillerTokens) * card.jPerToken;
      return { answerTokens, fillerTokens, answered, joules, answerS };
    },
    byExpert: () => byExpert,
    rates() {
      const first = samples[0]!;
      const last = samples.at(-1)!;
      const seconds = Math.max(0.2, (last.atMs - first.atMs) / 1000);
      const filler = (last.fillerTokens - first.fillerTokens) / seconds;
      const answers = (last.answerTokens - first.answerTokens) / seconds;
      return { tokensPerS: answers + filler, fillerW: filler * card.jPerToken };
    },
  };
}

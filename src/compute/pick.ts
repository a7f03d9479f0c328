/** `auto`: the classifier says whose question this is; `why` is one sentence for people. */
export interface Pick {
  expert: string;
  why: string;
}

export const FALLBACK = 'faults';

export function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const parts = logits.map((x) => Math.exp(x - top));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((p) => p / sum);
}

/** Pure: `available` are the ids of sound experts, most general first. Undefined when there is none at all. */
export function pickExpert(
  labels: readonly string[],
  logits: readonly number[],
  available: readonly string[],
): Pick | undefined {
  const chances = softmax(logits);
  const best = chances.indexOf(Math.max(...chances));
  const label = labels[best] ?? 'unknown';
  const sure = `${Math.round((chances[best] ?? 0) * 100)} %`;
  if (available.includes(label)) {
    return { expert: label, why: `the classifier takes this for a question to ${label} (${sure})` };
  }
  const verdict =
    label === 'unknown'
      ? `the classifier knows no expert for this (${sure})`
      : `the classifier chose ${label} (${sure}), which answers only when named`;
  return fallback(available, verdict);
}

/** The faults expert can say that it does not know; without it, whoever is there. */
export function fallback(available: readonly string[], because: string): Pick | undefined {
  const expert = available.includes(FALLBACK) ? FALLBACK : available[0];
  return expert === undefined ? undefined : { expert, why: `${because}; ${expert} answers` };
}

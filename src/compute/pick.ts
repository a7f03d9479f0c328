/** `auto`: the classifier says whose question this is; `why` is one sentence for people. */
export interface Pick {
  expert: string;
  why: string;
}

export const FALLBACK = 'faults';
/** Ids of models on another host begin with this. */
export const UPSTREAM_PREFIX = 'upstream:';

export function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const parts = logits.map((x) => Math.exp(x - top));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((p) => p / sum);
}

/** Pure: `available` are the ids of sound experts. Undefined when none of them can answer this. */
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
      : `the classifier chose ${label} (${sure}), which cannot be picked here`;
  return fallback(available, verdict);
}

/** The faults expert can say that it does not know, and a model of the upstream knows more; other experts would talk nonsense. */
export function fallback(available: readonly string[], because: string): Pick | undefined {
  const expert = available.find((id) => id === FALLBACK) ?? available.find((id) => id.startsWith(UPSTREAM_PREFIX));
  return expert === undefined ? undefined : { expert, why: `${because}; ${expert} answers` };
}

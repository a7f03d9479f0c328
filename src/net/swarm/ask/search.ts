import type { Descriptor } from '../descriptor.ts';

export interface Wish {
  topic?: string;
  language?: string;
  /** Micro-credits per million answer tokens. */
  maxPrice?: number;
}

/** One expert, by its name and descent, and what the nodes that offer it say. */
export interface ExpertRow {
  id: string;
  /** Whom it was made from, as the nodes say; nobody here can prove it. */
  parents: string[];
  nodes: number;
  /** Micro-credits per million answer tokens. */
  leastPrice: number;
  mostPrice: number;
  topics: string[];
  languages: string[];
  /** Nodes that have free watts now. */
  sunny: number;
}

/** Cheapest first, then those that more nodes offer. An expert whose languages nobody names is shown for every language. */
export function searchExperts(descriptors: readonly Descriptor[], wish: Wish): ExpertRow[] {
  const rows = new Map<string, ExpertRow>();
  for (const { experts, sunshine } of descriptors) {
    const seen = new Set<string>();
    for (const { id, parents = [], topics, languages, price } of experts.filter((expert) => fits(expert, wish))) {
      const name = JSON.stringify([id, parents]);
      const row = rows.get(name);
      const [before, isOther] = [row ?? NONE, !seen.has(name)];
      seen.add(name);
      rows.set(name, {
        ...{ id, parents, topics: union(before.topics, topics), languages: union(before.languages, languages) },
        nodes: before.nodes + (isOther ? 1 : 0),
        leastPrice: Math.min(before.leastPrice, price),
        mostPrice: Math.max(before.mostPrice, price),
        sunny: before.sunny + (isOther && sunshine ? 1 : 0),
      });
    }
  }
  return [...rows.values()].sort(
    (a, b) => a.leastPrice - b.leastPrice || b.nodes - a.nodes || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

const NONE: Pick<ExpertRow, 'topics' | 'languages' | 'nodes' | 'leastPrice' | 'mostPrice' | 'sunny'> = {
  ...{ topics: [], languages: [], nodes: 0, sunny: 0 },
  leastPrice: Number.POSITIVE_INFINITY,
  mostPrice: 0,
};
const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])].sort();

function fits({ topics, languages, price }: Descriptor['experts'][number], wish: Wish): boolean {
  const speaks = wish.language === undefined || languages.length === 0 || languages.includes(wish.language);
  return (
    speaks && (wish.topic === undefined || topics.includes(wish.topic)) && price <= (wish.maxPrice ?? Number.MAX_VALUE)
  );
}

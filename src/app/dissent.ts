import { sawLine } from '../contract/saw.ts';
import { printable } from '../core/printable.ts';
import type { Dissent } from '../net/swarm/ask/dissent.ts';
import { print, say } from './command.ts';
import { paidLine, paidOf } from './paid.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The answers that differ most, who gave each and from what it descends, and how far they are apart. Resolves with the exit code. */
export function tellDissent({ answers, between, asked }: Dissent, json: boolean): number {
  if (json) {
    const plain = answers.map(({ paid, useful: _, ...answer }) => ({ ...answer, paid: paid && paidOf(paid) }));
    print(JSON.stringify({ answers: plain, between, asked }));
    return 0;
  }
  for (const [i, { meter, node, parents, text, way, paid }] of answers.entries()) {
    const descent = parents.length ? `made from ${parents.join(', ')}` : 'of unknown descent';
    print(printable(`${i ? '\n' : ''}${i + 1}. ${meter.expert} of ${node}, ${descent}`));
    print(printable(text.trim()));
    if (paid) say(paidLine(paid));
    say(sawLine(way, 'en'));
  }
  const pairs = answers.flatMap((_, i) => answers.slice(i + 1).map((__, j) => [i, i + 1 + j] as const));
  const lines = pairs.map(([i, j]) => `${i + 1} and ${j + 1}: ${percent(between[i]![j]!)}`);
  print(`\nWords that only one of two answers uses: ${lines.join(', ')}.`);
  say(
    `[${asked} nodes asked; these ${answers.length} differ most. Descent is what the nodes say of themselves; that they agree proves nothing.]`,
  );
  return 0;
}

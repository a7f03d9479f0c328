import { HeatmineError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { type ExpertRow, searchExperts, type Wish } from '../../net/swarm/ask/search.ts';
import { TOPICS } from '../../net/swarm/topics.ts';
import { numberOption, type Parsed, print, say } from '../command.ts';
import { listOthers } from '../swarm-client.ts';

/** `experts search`: who in the swarm could be asked. Exit code 1 where nobody fits. */
export async function searchSwarm({ values, paths, json }: Parsed): Promise<number> {
  const { topic, language } = values as { topic?: string; language?: string };
  const maxPrice = numberOption(values['max-price'], 'max-price', 0, 1e9);
  if (topic !== undefined && !(TOPICS as readonly string[]).includes(topic))
    throw new HeatmineError('USAGE', `--topic takes one of ${TOPICS.join(', ')}, not "${printable(topic)}"`);
  if (language !== undefined && !/^[a-z]{2}$/.test(language))
    throw new HeatmineError('USAGE', `--language takes two letters such as de, not "${printable(language)}"`);
  const wish: Wish = {
    ...(topic && { topic }),
    ...(language && { language }),
    ...(maxPrice !== undefined && { maxPrice }),
  };
  // All topics, whichever is wanted: nobody who is dialled learns it.
  const nodes = await listOthers(paths, TOPICS, numberOption(values['port-base'], 'port-base', 1024, 65_000));
  const rows = searchExperts(nodes, wish);
  if (json) print(JSON.stringify(rows));
  else for (const row of rows) print(printable(lineOf(row)));
  if (rows.length > 0) return 0;
  say(
    nodes.length > 0
      ? `${nodes.length} nodes answer, none with such an expert: ask for less.`
      : 'No other node answers.',
  );
  if (nodes.length === 0) say('heatmine peers says what you can do about it.');
  return 1;
}

function lineOf({ id, parents, nodes, leastPrice, mostPrice, topics, languages, sunny }: ExpertRow): string {
  const range = leastPrice === mostPrice ? String(leastPrice) : `${leastPrice} to ${mostPrice}`;
  const price = mostPrice === 0 ? 'free' : `${range} µcr/Mtok`;
  const free = mostPrice > 0 && sunny ? `, ${sunny} free now` : '';
  const spoken = languages.join(' ') || 'languages unknown';
  const descent = parents.length ? `made from ${parents.join(', ')}` : 'descent unknown';
  return `${id.padEnd(16)} ${String(nodes).padStart(3)} ${nodes === 1 ? 'node ' : 'nodes'}  ${price}${free}  ${topics.join(' ')}  ${spoken}  ${descent}`;
}

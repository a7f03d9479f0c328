import type { Link } from '../../core/link.ts';
import { aheadView, type Prices } from './prices.ts';

/** Looked at in this rhythm, which keeps it out of the bursts that leave each second. */
const LOOK_MS = 1370;
/** Said again so often, for a broker that has started anew. */
const AGAIN_LOOKS = 44;

/** Publishes the prices known ahead when they change: with another list, and where a slot ends. */
export function aheadTeller(link: Pick<Link, 'publish'>, prices: () => Prices): { stop(): void } {
  let told = '';
  let looks = 0;
  const timer = setInterval(() => {
    const ahead = aheadView(prices());
    // What was told for now begins at each moment: its end and the rest say whether anything is new.
    const text = JSON.stringify([
      ahead.source,
      ahead.knownUntil,
      ahead.prices.map(({ end, value, sold }) => [end, value, sold]),
    ]);
    if (text === told && looks++ < AGAIN_LOOKS) return;
    told = text;
    looks = 0;
    link.publish('pricesAhead', ahead);
  }, LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

import type { Link } from '../../core/link.ts';
import { aheadView, type Prices } from './prices.ts';

/** Said again after so many looks, for a broker that has started anew. */
const AGAIN_LOOKS = 44;

/** A look publishes the prices known ahead when they have changed: with another list, and where a slot has ended. */
export function aheadTeller(link: Pick<Link, 'publish'>, prices: () => Prices): () => void {
  let told = '';
  let looks = 0;
  return () => {
    const ahead = aheadView(prices());
    // What was told for now begins at each moment: its end and the rest say whether anything is new.
    const slots = ahead.prices.map(({ end, value, sold }) => [end, value, sold]);
    const text = JSON.stringify([ahead.source, ahead.knownUntil, slots]);
    if (text === told && looks++ < AGAIN_LOOKS) return;
    told = text;
    looks = 0;
    link.publish('pricesAhead', ahead);
  };
}

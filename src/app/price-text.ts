import type { ControlState } from '../contract/messages.ts';
import type { Price, PricesAhead } from '../contract/prices.ts';
import { houseWeekday } from './house-clock.ts';

const FROM: Record<Price['source'], string> = {
  now: 'told over MQTT for now (market/now)',
  list: 'of the price list sent over MQTT (market/prices)',
  config: 'the fixed price of config.yaml',
  simulated: 'of the simulated market (modelled)',
};

const eur = (x: number) => (Number(x.toFixed(3)) || 0).toFixed(3);

type Slot = PricesAhead['prices'][number];
const extreme = (word: string, slot: Slot, timeZone: string) =>
  `${word} ${eur(slot.value)} ${houseWeekday(Date.parse(slot.time), timeZone)}`;

/** In the time zone of the house: what a kWh costs, who says so, until when it is known, and the extremes that are known ahead. */
export function priceLines(price: ControlState['price'], ahead: PricesAhead | null, timeZone: string): string[] {
  if (!price)
    return ['price       not known: nothing is bought for unpaid computing; docs/tariffs.md says how to tell it'];
  const { priceEurPerKwh, exportEurPerKwh, source, knownUntilMs } = price;
  const until = knownUntilMs === null ? '' : `; known until ${houseWeekday(knownUntilMs, timeZone)}`;
  const lines = [
    `price       ${eur(priceEurPerKwh)} EUR/kWh bought, ${eur(exportEurPerKwh)} sold; ${FROM[source]}${until}`,
  ];
  const later = ahead?.prices.slice(1) ?? [];
  if (later.length > 0) {
    const by = [...later].sort((a, b) => a.value - b.value);
    lines.push(`  ahead     ${extreme('cheapest', by[0]!, timeZone)}, ${extreme('dearest', by.at(-1)!, timeZone)}`);
  }
  return lines;
}

import type { ControlState } from '../contract/messages.ts';
import type { Price, PricesAhead } from '../contract/prices.ts';

const FROM: Record<Price['source'], string> = {
  now: 'told over MQTT for now (market/now)',
  list: 'of the price list sent over MQTT (market/prices)',
  config: 'the fixed price of config.yaml',
  simulated: 'of the simulated market (modelled)',
};

const CLOCK = { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
const moment = new Intl.DateTimeFormat('en-GB', CLOCK);
/** In the time zone of this machine, which may be another than the house's and is named. */
const at = (ms: number) => moment.format(ms);
const eur = (x: number) => (Number(x.toFixed(3)) || 0).toFixed(3);

type Slot = PricesAhead['prices'][number];
const extreme = (word: string, slot: Slot) => `${word} ${eur(slot.value)} ${at(Date.parse(slot.time))}`;

/** What a kWh costs, who says so, until when it is known, and the extremes that are known ahead. */
export function priceLines(price: ControlState['price'], ahead: PricesAhead | null): string[] {
  if (!price)
    return ['price       not known: nothing is bought for unpaid computing; docs/tariffs.md says how to tell it'];
  const { priceEurPerKwh, exportEurPerKwh, source, knownUntilMs } = price;
  const until = knownUntilMs === null ? '' : `; known until ${at(knownUntilMs)}`;
  const lines = [
    `price       ${eur(priceEurPerKwh)} EUR/kWh bought, ${eur(exportEurPerKwh)} sold; ${FROM[source]}${until}`,
  ];
  const later = ahead?.prices.slice(1) ?? [];
  if (later.length > 0) {
    const by = [...later].sort((a, b) => a.value - b.value);
    lines.push(`  ahead     ${extreme('cheapest', by[0]!)}, ${extreme('dearest', by.at(-1)!)}`);
  }
  return lines;
}

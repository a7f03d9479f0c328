import type { Acknowledge } from '../contract/acknowledge.ts';
import { MAX_ZONES, type OverrideCommand, type Zone } from '../contract/comfort.ts';
import type { PriceFeed } from '../contract/grid.ts';
import type { ComputeWant, Market, SetPoints } from '../contract/messages.ts';
import { holdLease } from '../core/lease.ts';
import type { Link } from '../core/link.ts';
import { marketFrom, type Tariff } from '../core/tariff.ts';
import { listenForLapsing } from './lapsed.ts';
import { createGate } from './pace.ts';
import { applySet } from './setpoints.ts';
import type { StepInput } from './types.ts';

/** A zone that has been silent for a day makes room for another. */
const FORGET_MS = 86_400_000;

export interface Wishes {
  current(nowMs: number): Pick<StepInput, 'setPoints' | 'market' | 'want' | 'zones' | 'away' | 'ems' | 'lapsed'>;
  /** Wishes that end by themselves, each handed out once. */
  takeCommands(): OverrideCommand[];
  /** The acknowledgement that has come since the last call, if one has. */
  takeAcknowledge(): Acknowledge | undefined;
  /** House time: that of the market, moved on since it came; undefined without one. */
  marketTimeMs(nowMs: number): number | undefined;
}

/** What has come since it was last emptied. */
function basket<T>() {
  let list: T[] = [];
  return {
    put: (item: T) => void list.push(item),
    take() {
      const taken = list;
      list = [];
      return taken;
    },
  };
}

/** What people, the market and compute want of control, as far as their leases live. Without a broker: the stored wishes. */
export function listenForWishes(options: {
  link: Pick<Link, 'on'>;
  start: SetPoints;
  speed: number;
  tariff: Tariff;
  monoMs(): number;
  wallMs(): number;
  onChange(setPoints: SetPoints, by: string): void;
  onRefused(why: string): void;
}): Wishes {
  const { link, monoMs, wallMs, speed, tariff } = options;
  const market = holdLease<Market | undefined>(undefined);
  const want = holdLease<ComputeWant | undefined>(undefined);
  const zones = new Map<string, { last: Zone; atMs: number }>();
  const commands = basket<OverrideCommand>();
  const acknowledgements = basket<Acknowledge>();
  const lapsing = listenForLapsing(link, monoMs);
  let feed: PriceFeed | undefined;
  let setPoints = options.start;
  let marketAtMs = 0;
  let full = false;
  const gate = createGate(monoMs, options.onRefused);

  link.on('market', (lease) => {
    if (market.offer(lease, monoMs())) marketAtMs = monoMs() - lease.ageMs;
  });
  link.on('want', (lease) => void want.offer(lease, monoMs()));
  link.on('prices', (list) => {
    feed = list;
  });
  link.on('override', (command) => {
    if (gate.opens()) gate.paced(command.kind, () => commands.put(command));
  });
  link.on('acknowledge', (told) => {
    if (gate.opens()) acknowledgements.put(told);
  });
  link.on('zone', (last) => {
    const nowMs = monoMs();
    for (const [name, z] of zones) if (nowMs - z.atMs > FORGET_MS) zones.delete(name);
    if (zones.has(last.zone) || zones.size < MAX_ZONES) zones.set(last.zone, { last, atMs: nowMs - last.ageMs });
    else if (!full) options.onRefused(`zone ${last.zone}: there are ${MAX_ZONES} zones already`);
    full = zones.size >= MAX_ZONES;
  });
  link.on('set', (command) => {
    if (!gate.opens()) return;
    const outcome = applySet(setPoints, command);
    if ('refused' in outcome) return options.onRefused(outcome.refused);
    const { name } = command;
    const apply = () => {
      setPoints = { ...setPoints, [name]: outcome.setPoints[name] };
      options.onChange(setPoints, command.by);
    };
    // Said again: an answer, and nothing that wears.
    if (outcome.setPoints[name] === setPoints[name] && !gate.waits(name)) apply();
    else gate.paced(name, apply);
  });

  function marketTimeMs(nowMs: number): number | undefined {
    const last = market.get(nowMs);
    return last && last.timeMs + (nowMs - marketAtMs) * speed;
  }
  const houseMs = (nowMs: number) => marketTimeMs(nowMs) ?? wallMs();
  return {
    marketTimeMs,
    takeCommands() {
      gate.applyDue();
      return commands.take();
    },
    takeAcknowledge: () => acknowledgements.take().at(-1),
    current: (nowMs) => ({
      setPoints,
      // The owner's own price list goes before what the simulated market says.
      market: (feed && marketFrom(feed, tariff, houseMs(nowMs))) ?? market.get(nowMs),
      want: want.get(nowMs),
      ems: lapsing.ems(nowMs),
      away: lapsing.away(nowMs),
      lapsed: lapsing.reasons(nowMs, { feed, timeMs: houseMs(nowMs), hasMarket: market.live(nowMs) }),
      zones: [...zones.values()].map(({ last, atMs }) => ({ ...last, ageMs: Math.max(0, nowMs - atMs) })),
    }),
  };
}

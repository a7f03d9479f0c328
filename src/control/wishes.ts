import type { Acknowledge } from '../contract/acknowledge.ts';
import { MAX_ZONES, type OverrideCommand, type Zone } from '../contract/comfort.ts';
import type { ComputeWant, SetPoints } from '../contract/messages.ts';
import { holdLease } from '../core/lease.ts';
import type { Link } from '../core/link.ts';
import type { Tariff } from '../core/tariff.ts';
import { listenForLapsing } from './lapsed.ts';
import { createGate } from './pace.ts';
import { listenForPrices } from './price/listen.ts';
import type { Prices } from './price/prices.ts';
import { applySet } from './setpoints.ts';
import type { StepInput } from './types.ts';

/** A zone that has been silent for a day makes room for another. */
const FORGET_MS = 86_400_000;

export interface Wishes {
  current(
    nowMs: number,
  ): Pick<StepInput, 'setPoints' | 'market' | 'ahead' | 'want' | 'zones' | 'away' | 'ems' | 'lapsed'>;
  /** Wishes that end by themselves, each handed out once. */
  takeCommands(): OverrideCommand[];
  /** The acknowledgement that has come since the last call, if one has. */
  takeAcknowledge(): Acknowledge | undefined;
  /** House time: that of a simulated house, else of the wall; undefined while nobody can be trusted to know it. */
  timeMs(nowMs: number): number | undefined;
  /** The clock of a simulated house is heard. */
  houseClock(nowMs: number): boolean;
  /** The price that holds and those known ahead. */
  prices(nowMs: number): Prices;
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
  /** Undefined while it is not to be trusted. */
  wallMs(): number | undefined;
  onChange(setPoints: SetPoints, by: string): void;
  onRefused(why: string): void;
}): Wishes {
  const { link, monoMs, wallMs, speed, tariff } = options;
  const want = holdLease<ComputeWant | undefined>(undefined);
  const zones = new Map<string, { last: Zone; atMs: number }>();
  const commands = basket<OverrideCommand>();
  const acknowledgements = basket<Acknowledge>();
  const lapsing = listenForLapsing(link, monoMs);
  const heard = listenForPrices({ link, tariff, speed, monoMs });
  let setPoints = options.start;
  /** Said once, until there is room again. */
  let toldFull = false;
  const gate = createGate(monoMs, options.onRefused);

  link.on('want', (lease) => void want.offer(lease, monoMs()));
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
    else if (!toldFull) options.onRefused(`zone ${last.zone}: there are ${MAX_ZONES} zones already`);
    toldFull = zones.size >= MAX_ZONES && (toldFull || !zones.has(last.zone));
  });
  link.on('set', (command) => {
    if (!gate.opens()) return;
    const outcome = applySet(setPoints, command);
    if ('refused' in outcome) return options.onRefused(outcome.refused);
    const { name } = command;
    const apply = () => {
      // Of what holds then: others may have set something else meanwhile.
      const now = applySet(setPoints, command);
      if ('setPoints' in now) setPoints = now.setPoints;
      options.onChange(setPoints, command.by);
    };
    // Said again: an answer, and nothing that wears.
    if (outcome.setPoints[name] === setPoints[name] && !gate.waits(name)) apply();
    else gate.paced(name, apply);
  });

  const timeMs = (nowMs: number) => heard.clockMs(nowMs) ?? wallMs();
  const prices = (nowMs: number) => heard.at(nowMs, timeMs(nowMs));
  return {
    timeMs,
    houseClock: (nowMs) => heard.clockMs(nowMs) !== undefined,
    prices,
    takeCommands() {
      gate.applyDue();
      return commands.take();
    },
    takeAcknowledge: () => acknowledgements.take().at(-1),
    current(nowMs) {
      const { market, ahead, reasons } = prices(nowMs);
      return {
        setPoints,
        market,
        ahead,
        want: want.get(nowMs),
        ems: lapsing.ems(nowMs),
        away: lapsing.away(nowMs),
        lapsed: [...reasons, ...lapsing.reasons(nowMs)],
        zones: [...zones.values()].map(({ last, atMs }) => ({ ...last, ageMs: Math.max(0, nowMs - atMs) })),
      };
    },
  };
}

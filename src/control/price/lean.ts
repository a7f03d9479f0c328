import type { Reason, SetPoints } from '../../contract/messages.ts';
import { minuteOfDay } from '../comfort/time.ts';
import { REJECT_KWH_PER_KWH } from '../decide/dispatch.ts';
import type { Plan } from '../decide/plan.ts';
import type { Estimates } from '../estimate/points.ts';
import { pumpSinkC } from '../learn/own-pump.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import type { StepInput } from '../types.ts';
import type { PriceSlot } from './prices.ts';
import { type HeatFacts, houseMayWait, tankMayFill, tankMayWait } from './worth.ts';

/**
 * What prices known ahead change: the tank is filled just before power gets dear, tank and house wait for power that soon
 * gets cheap. Nothing is built on a time whose price is not known. Warming the house before a dear time was tried and left
 * out: what the walls take comes back too late (3 % dearer with a German day-ahead market and its fees).
 */
export interface Lean {
  to: 'fill' | 'wait';
  /** When the price changes, UTC ms, and to what. */
  atMs: number;
  fromEur: number;
  toEur: number;
  /** Who waits. */
  tank: boolean;
  house: boolean;
}

/** A rise this big before the cheaper time ends the waiting: the tank may not last until then. */
const RISE_EUR = 0.03;
const RISE_SHARE = 0.25;
/** So long before power gets dear the tank is filled; what is filled earlier has leaked by then. */
const FILL_MS = 90 * 60_000;
/** A dear time shorter than this is sat out. */
const DEAR_MS = 45 * 60_000;
/** A tank that is not cold can wait so long. */
const WAIT_MS = 8 * 3_600_000;
/** The walls carry the house so long at so many kelvins less. */
const ROOM_WAIT_MS = 2 * 3_600_000;
const ROOM_K = 0.5;
/** Tank below its set-point at which a charge begins. */
const FILL_BELOW_K = 2.5;
/** A colder tank would be charged in haste, at full speed. */
const WAIT_BELOW_K = 6;
/** Nobody showers with less. */
const TANK_LEAST_C = 40;

/** End of the time from `slot` on in which power stays dearer than `limitEur`: the list's end or a gap is one too. */
function dearUntilMs(slots: readonly PriceSlot[], from: number, limitEur: number): number {
  let untilMs = slots[from]!.startMs;
  for (const slot of slots.slice(from)) {
    if (slot.startMs > untilMs || slot.priceEurPerKwh < limitEur) break;
    untilMs = slot.endMs;
  }
  return untilMs;
}

/** Those that begin after `fromMs` and not after `toMs`. They are in order: a list of days is not gone through for hours. */
function slotsWithin(slots: readonly PriceSlot[], fromMs: number, toMs: number): PriceSlot[] {
  const found: PriceSlot[] = [];
  for (const slot of slots) {
    if (slot.startMs > toMs) break;
    if (slot.startMs > fromMs) found.push(slot);
  }
  return found;
}

/** `nowEur`: what the next kWh costs now, of own sun what feeding it in would earn. */
export function leanOf(ahead: readonly PriceSlot[], timeMs: number, nowEur: number, heat: HeatFacts): Lean | undefined {
  const limitEur = nowEur + Math.max(RISE_EUR, RISE_SHARE * Math.abs(nowEur));
  const later = slotsWithin(ahead, timeMs, timeMs + WAIT_MS);
  const move = (slot: PriceSlot) => ({ atMs: slot.startMs, fromEur: nowEur, toEur: slot.priceEurPerKwh });
  const rise = later.find((s) => s.priceEurPerKwh >= limitEur);
  const tank = heat.tankC !== undefined;
  const houseWaits = (s: PriceSlot) => s.startMs - timeMs <= ROOM_WAIT_MS && houseMayWait(heat, move(s));
  const waits = (s: PriceSlot) => (tank ? tankMayWait(heat, move(s)) : houseWaits(s));
  const cheap = later.find((s) => s.priceEurPerKwh < nowEur && waits(s));
  if (cheap && !(rise && rise.startMs < cheap.startMs)) {
    return { to: 'wait', ...move(cheap), tank, house: houseWaits(cheap) };
  }
  if (!rise || rise.startMs > timeMs + FILL_MS || !tankMayFill(heat, move(rise))) return undefined;
  const lastsMs = dearUntilMs(ahead, ahead.indexOf(rise), (nowEur + limitEur) / 2) - rise.startMs;
  return lastsMs >= DEAR_MS ? { to: 'fill', ...move(rise), tank, house: false } : undefined;
}

/** Kelvins below its set-point at which the tank is charged; undefined: as ever. */
export function tankBelowK(lean: Lean | undefined, setC: number, normalK: number): number {
  if (!lean) return normalK;
  if (lean.to === 'fill') return Math.min(normalK, FILL_BELOW_K);
  return Math.max(normalK, Math.min(WAIT_BELOW_K, setC - TANK_LEAST_C));
}

export type Leaning = StepInput & { lean?: Lean | undefined };

/** `asked` with what the prices ahead make of it; `own` are the set-points of people, before managers changed them. */
export function leaned(
  asked: StepInput,
  own: SetPoints,
  plan: Pick<Plan, 'mode' | 'sunny'>,
  est: Estimates,
  map: PumpMap,
): Leaning {
  const { ahead, market, timeMs, setPoints, house } = asked;
  if (!ahead || !market || timeMs === undefined || setPoints !== own || setPoints.mode === 'off') return asked;
  if (est.outdoorC.quality === 'lost') return asked;
  const heat = {
    map,
    outdoorC: est.outdoorC.value,
    houseSinkC: pumpSinkC(est),
    tankC: est.hotWaterC.quality === 'lost' ? undefined : est.hotWaterC.value,
    tankSetC: setPoints.hotWaterSetC,
    tankL: house.hotWaterTankL,
    timeMs,
    minute: minuteOfDay(timeMs, house.comfort.timeZone),
  };
  const lean = leanOf(ahead, timeMs, plan.sunny ? market.exportEurPerKwh : market.priceEurPerKwh, heat);
  if (!lean) return asked;
  const season = setPoints.mode === 'auto' ? plan.mode : setPoints.mode;
  const waits = lean.house && season === 'heating';
  if (!waits && !lean.tank) return asked;
  const roomSetC = waits ? Math.max(5, setPoints.roomSetC - ROOM_K) : setPoints.roomSetC;
  return { ...asked, lean: { ...lean, house: waits }, setPoints: { ...setPoints, roomSetC } };
}

const clock = (ms: number, timeZone: string): string => {
  const minute = minuteOfDay(ms, timeZone);
  return [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':');
};
const eur = (x: number) => (Number(x.toFixed(2)) || 0).toFixed(2);

const WAITS = {
  both: 'tank and house wait for it as long as they are warm enough',
  tank: 'the tank waits for it as long as it is warm enough',
  house: 'the house waits for it as long as it is warm enough',
} as const;

export function leanReasons({ lean, house }: Leaning): Reason[] {
  if (!lean) return [];
  const at = clock(lean.atMs, house.comfort.timeZone);
  const prices = `${eur(lean.toEur)} instead of ${eur(lean.fromEur)} EUR/kWh`;
  const text =
    lean.to === 'fill'
      ? `power gets dearer at ${at}, ${prices}: the hot water tank is filled before`
      : `power gets cheaper at ${at}, ${prices}: ${WAITS[lean.tank && lean.house ? 'both' : lean.tank ? 'tank' : 'house']}`;
  return [{ what: 'prices', code: `price-${lean.to}`, text }];
}

type Why = NonNullable<Plan['why']>;

/** When unpaid computing on bought power is next expected to pay, by what a kWh gains now; undefined: not in the time known. */
export function paysFromMs(why: Why | null, { ahead, house, timeMs }: StepInput): number | undefined {
  if (!why || !ahead || timeMs === undefined || why.source !== 'grid' || why.marginEurPerKwh > 0) return undefined;
  const { priceEurPerKwh, alternativeEurPerKwh, marginEurPerKwh } = why;
  // Heat of the own pump or of a resistive heater gets cheaper with its power, that of fuel does not; unwanted heat takes a fan.
  const isFixed = alternativeEurPerKwh === house.alternativeEurPerKwh || priceEurPerKwh === 0;
  const heatShare = isFixed ? 0 : alternativeEurPerKwh / priceEurPerKwh;
  const costShare = 1 - heatShare + (alternativeEurPerKwh === 0 ? REJECT_KWH_PER_KWH : 0);
  const fixedEur = marginEurPerKwh + priceEurPerKwh * costShare;
  return ahead.find((s) => s.startMs > timeMs && fixedEur > s.priceEurPerKwh * costShare)?.startMs;
}

export function paysReasons(atMs: number | undefined, { ahead, house }: StepInput): Reason[] {
  const slot = atMs === undefined ? undefined : ahead?.find((s) => s.startMs === atMs);
  if (!slot) return [];
  const at = clock(slot.startMs, house.comfort.timeZone);
  const text = `unpaid computing waits for ${at}: a kWh costs ${eur(slot.priceEurPerKwh)} EUR then`;
  return [{ what: 'prices', code: 'price-compute', text }];
}

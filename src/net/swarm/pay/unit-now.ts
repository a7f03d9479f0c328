import type { Grant } from '../../../contract/messages.ts';
import type { Snapshot } from '../../../contract/snapshot.ts';
import type { Config } from '../../../core/config.ts';
import type { UnitNow } from './rates.ts';

export interface UnitParts {
  snapshot: Pick<Snapshot, 'control' | 'compute'>;
  /** While its lease lives. */
  grant: Grant | null;
  house: Config['house'];
  nextFreeMs?: number | undefined;
}

/** More than the noise of a grid meter: sun goes out. */
const EXPORTS_W = 100;
/** The accelerator works: its rejected part says how much of its heat is wanted. */
const WORKS_W = 50;
/** Of a card that has not been heard of. */
const UNKNOWN_J_PER_TOKEN = 10;
const MOST_J_PER_TOKEN = 100_000;

/**
 * What strangers' questions cost this unit now. A control that is silent or whose grant has lapsed grants nothing: no watt
 * is free then. Prices hold only while control, compute and the price of electricity are heard.
 */
export function unitNow({ snapshot, grant, house, nextFreeMs }: UnitParts): UnitNow {
  const { control, compute } = snapshot;
  const freeW = control && compute && grant ? Math.min(grant.fillerW, grant.watts) : 0;
  const joulesPerToken = within(compute?.card.jPerToken ?? UNKNOWN_J_PER_TOKEN, 0, MOST_J_PER_TOKEN);
  const next = freeW === 0 && nextFreeMs !== undefined ? { nextFreeMs } : {};
  if (!control?.price || !compute) return { freeW, joulesPerToken, ...next };
  const gridW = control.sensors.gridW?.quality === 'good' ? control.sensors.gridW.value : null;
  const isSun = gridW !== null && gridW < -EXPORTS_W;
  const { priceEurPerKwh, exportEurPerKwh } = control.price;
  const electricityEurPerKwh = isSun ? Math.min(priceEurPerKwh, exportEurPerKwh) : priceEurPerKwh;
  const { accelW, rejectedW } = control.heat;
  const wantedPart =
    accelW > WORKS_W ? 1 - Math.min(1, Math.max(0, rejectedW / accelW)) : control.heatNeedW > 0 ? 1 : 0;
  const costs = {
    electricityEurPerKwh: within(electricityEurPerKwh, -10, 10),
    heatUsed: wantedPart,
    heatValueEurPerKwh: within(heatValueOf(snapshot, house, electricityEurPerKwh), 0, 10),
    wearEurPerKwh: house.wearEurPerKwh,
  };
  return { freeW, joulesPerToken, costs, ...next };
}

/** What a kWh of the accelerator's heat would cost otherwise, with electricity at this price. */
export function heatValueOf(
  { control }: Pick<Snapshot, 'control'>,
  { alternativeHeat, alternativeEurPerKwh }: Config['house'],
  electricityEurPerKwh: number,
): number {
  if (alternativeHeat === 'resistive') return electricityEurPerKwh;
  if (alternativeHeat !== 'heatpump') return alternativeEurPerKwh;
  // Without a measured COP the heat of the own pump cannot be priced, and counts as nothing.
  const cop = control?.meters.copNow ?? control?.meters.copDay;
  return cop ? electricityEurPerKwh / cop : 0;
}

const within = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** By what was free at each hour of the last day: the same is expected of the next one. */
export interface FreeHours {
  seen(freeW: number, wallMs: number): void;
  /** The next hour that had free watts a day ago, undefined where none had. */
  next(wallMs: number): number | undefined;
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** An hour with less of it is not worth waiting for. */
const WORTH_S = 300;

export function freeHours(): FreeHours {
  /** Seconds with free watts, by the hour since 1970. */
  const secondsOf = new Map<number, number>();
  let lastMs: number | undefined;
  return {
    seen(freeW, wallMs) {
      const hour = Math.floor(wallMs / HOUR_MS);
      const passedS = lastMs === undefined ? 0 : Math.min(60, Math.max(0, (wallMs - lastMs) / 1000));
      lastMs = wallMs;
      secondsOf.set(hour, (secondsOf.get(hour) ?? 0) + (freeW > 0 ? passedS : 0));
      for (const known of secondsOf.keys()) if (known < hour - HOURS) secondsOf.delete(known);
    },
    next(wallMs) {
      const hour = Math.floor(wallMs / HOUR_MS);
      for (let ahead = 1; ahead <= HOURS; ahead++) {
        if ((secondsOf.get(hour + ahead - HOURS) ?? 0) >= WORTH_S) return (hour + ahead) * HOUR_MS;
      }
      return undefined;
    },
  };
}

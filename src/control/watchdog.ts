import {
  ACTUATOR_NAMES,
  ACTUATORS,
  type ActuatorName,
  type Image,
  type Outputs,
  SENSOR_NAMES,
} from '../contract/points.ts';
import { isTrip } from './estimate/points.ts';
import type { Verdict } from './types.ts';

/** No trip point younger than this means that nobody reads the sensors any more. */
export const BLIND_MS = 3000;
export const BLIND = 'no sensor has been read for 3 s';
/** A relay that is on against its order for this long is left to the dead-man chain. */
const DISOBEY_MS = 1000;
/** The relay chain falls 300 ms after the last feed: past this it is taken to have fallen. */
const CHAIN_FALLS_MS = 250;
const CHAIN = { compressorOn: 0, accelSupplyOn: 0, backupHeaterOn: 0, coolingOn: 0, hotWaterOn: 0 } as const;

/** When the dead-man may be fed: only after a tick whose sensors were read, whose verdict is sound, whose relays obey (F20). */
export interface Watch {
  ordered: Outputs | undefined;
  disobeyedMs: number | undefined;
  /** Undefined while the chain is down: before the first feed, and from a fall until it is fed again. */
  fedMs: number | undefined;
}

export const WATCH_START: Watch = { ordered: undefined, disobeyedMs: undefined, fedMs: undefined };

const fell = ({ fedMs }: Watch, nowMs: number) => fedMs !== undefined && nowMs - fedMs > CHAIN_FALLS_MS;

/** A feed counts from when its line flipped (`flippedMs`), if ever: one that cannot be written holds no chain. */
export const flippedAt = (watch: Watch, flippedMs: number | undefined): Watch =>
  watch.fedMs === undefined ? watch : { ...watch, fedMs: flippedMs };

/** What was cut by the chain after a stall has stopped, whatever was last confirmed. */
export const seenBy = (watch: Watch, seen: Image): Image =>
  fell(watch, seen.atMs) ? { ...seen, actuators: { ...seen.actuators, ...CHAIN } } : seen;

function starvedBy(image: Image, verdict: Verdict, disobeyed: ActuatorName | undefined): string | undefined {
  const read = SENSOR_NAMES.some(
    (n) => isTrip(n) && image.atMs - image.sensors[n].atMs < BLIND_MS && image.sensors[n].quality === 'good',
  );
  if (!read) return BLIND;
  const wild = ACTUATOR_NAMES.find((n) => !Number.isFinite(verdict.outputs[n]));
  if (wild) return `${wild} was decided as ${verdict.outputs[wild]}`;
  return disobeyed ? `${disobeyed} is on against its order` : undefined;
}

/** Relays that cut power, if read back as on although ordered off. */
function disobedient(image: Image, ordered: Outputs | undefined): ActuatorName | undefined {
  const cutters = ['compressorOn', 'accelSupplyOn'] as const;
  return cutters.find((n) => ordered && ordered[n] === ACTUATORS[n].safe && image.actuators[n] !== ACTUATORS[n].safe);
}

/**
 * After a tick whose outputs were handed on, at `nowMs`: whether to feed, and why not. What the chain cut is ordered off,
 * and has obeyed, before it is fed again; a stall within the tick is seen by the next one.
 */
export function watchStep(
  watch: Watch,
  seen: Image,
  verdict: Verdict,
  nowMs = seen.atMs,
): { watch: Watch; feed: boolean; why: string | undefined } {
  const disobeys = disobedient(seen, watch.ordered);
  const disobeyedMs = disobeys ? (watch.disobeyedMs ?? seen.atMs) : undefined;
  const stubborn = disobeyedMs !== undefined && seen.atMs - disobeyedMs > DISOBEY_MS ? disobeys : undefined;
  const why = starvedBy(seen, verdict, stubborn);
  const down = watch.fedMs === undefined ? disobeys !== undefined : fell(watch, nowMs);
  const feed = !down && why === undefined;
  const fedMs = fell(watch, seen.atMs) ? undefined : feed ? nowMs : watch.fedMs;
  return { watch: { ordered: verdict.outputs, disobeyedMs, fedMs }, feed, why };
}

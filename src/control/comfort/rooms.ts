import { type Comfort, OUTDOOR_ZONE, type Zone } from '../../contract/comfort.ts';
import type { ControlState, Reason } from '../../contract/messages.ts';
import type { Estimates } from '../estimate/points.ts';

/** What a zone has said last; `ageMs` counts from the measurement, on control's own monotonic clock. */
export type ZoneReading = Zone;

/** Comfort points count for an hour (a battery sensor may report no more often). */
const STALE_MS = 3_600_000;
/** A board that has read no outdoor temperature for so long has lost it, though its last value is kept for a while. */
const KEPT_MS = 30_000;
/** A room outside these is a broken sensor or one in the sun, not a room. */
const ROOM_MIN_C = 0;
const ROOM_MAX_C = 45;
/** Magnus formula over water, O. A. Alduchov and R. E. Eskridge 1996, https://doi.org/10.1175/1520-0450(1996)035<0601:IMFAOS>2.0.CO;2 */
const MAGNUS_A = 17.625;
const MAGNUS_B_C = 243.04;

/** Temperature at which air of this temperature and relative humidity begins to leave dew, °C. */
export function dewPointC(temperatureC: number, humidityPct: number): number {
  const g =
    Math.log(Math.max(1, Math.min(100, humidityPct)) / 100) + (MAGNUS_A * temperatureC) / (MAGNUS_B_C + temperatureC);
  return (MAGNUS_B_C * g) / (MAGNUS_A - g);
}

export interface Rooms {
  /** The estimates with what zones know better. */
  est: Estimates;
  /** Highest dew point of the zones that report humidity; null when none does. */
  dewC: number | null;
  reasons: Reason[];
  shown?: ControlState['zones'];
}

const fresh = (z: ZoneReading) => z.ageMs < STALE_MS;
const sound = (z: ZoneReading) => z.temperatureC > ROOM_MIN_C && z.temperatureC < ROOM_MAX_C;

function outdoor(est: Estimates, zones: readonly ZoneReading[]): { est: Estimates; reasons: Reason[] } {
  const heard = zones.find((z) => z.zone === OUTDOOR_ZONE && fresh(z));
  const own = est.outdoorC;
  // A value that the board only keeps is used as long as nobody knows a newer one.
  const isOwn = own.quality === 'good' || (own.quality === 'degraded' && own.ageMs < KEPT_MS);
  if (!heard || isOwn) return { est, reasons: [] };
  const text = `outdoorC: the board has none; ${heard.temperatureC.toFixed(1)} °C reported over MQTT is used`;
  const outdoorC = { value: heard.temperatureC, quality: 'degraded' as const, ageMs: heard.ageMs, reason: text };
  return { est: { ...est, outdoorC }, reasons: [] };
}

interface Counted {
  z: ZoneReading;
  weight: number;
}

/** Zones that count now: the one with priority alone, else all that have a weight, shut windows and a sane value. */
function counting(zones: readonly ZoneReading[], comfort: Comfort): Counted[] {
  const usable = zones.filter((z) => z.zone !== OUTDOOR_ZONE && fresh(z) && sound(z) && !z.windowOpen);
  const first = usable.find((z) => z.zone === comfort.priorityZone);
  if (first) return [{ z: first, weight: 1 }];
  return usable.map((z) => ({ z, weight: comfort.zoneWeights[z.zone] ?? 1 })).filter((w) => w.weight > 0);
}

/** Why no zone is used, when some have reported. */
function noneText(rooms: readonly ZoneReading[]): string {
  if (rooms.every((z) => !fresh(z))) return 'no zone has reported within the last hour';
  if (rooms.some((z) => fresh(z) && z.windowOpen)) return 'the windows of the zones are open';
  return 'no zone with a weight reports a sound temperature';
}

/**
 * Room temperature from the zones; without them from the board's own sensor; without that the weather curve alone holds
 * (`roomC` stays `lost`). A zone with an open window does not count: its cold air is no need for heat.
 */
export function roomsOf(before: Estimates, zones: readonly ZoneReading[], comfort: Comfort): Rooms {
  if (zones.length === 0) return { est: before, dewC: null, reasons: [] };
  const counted = counting(zones, comfort);
  const names = new Set(counted.map(({ z }) => z.zone));
  const shown = zones.map(({ zone, ...told }) => [zone, { ...told, counts: names.has(zone) }] as const);
  return { ...heard(before, zones, counted), shown: Object.fromEntries(shown) };
}

function heard(before: Estimates, zones: readonly ZoneReading[], counted: readonly Counted[]): Omit<Rooms, 'shown'> {
  const { est, reasons } = outdoor(before, zones);
  const rooms = zones.filter((z) => z.zone !== OUTDOOR_ZONE);
  const dews = rooms
    .filter((z) => fresh(z) && sound(z) && z.humidityPct !== undefined)
    .map((z) => dewPointC(z.temperatureC, z.humidityPct!));
  const dewC = dews.length > 0 ? Math.max(...dews) : null;
  if (rooms.length === 0) return { est, dewC, reasons };
  if (counted.length === 0) {
    const then =
      est.roomC.quality === 'lost' ? 'the weather curve alone decides' : 'the wired room sensor is used instead';
    const code = est.roomC.quality === 'lost' ? 'rooms-none' : 'rooms-sensor';
    return { est, dewC, reasons: [...reasons, { what: 'rooms', code, text: `${noneText(rooms)}; ${then}` }] };
  }
  const weight = counted.reduce((sum, w) => sum + w.weight, 0);
  const value = counted.reduce((sum, w) => sum + w.weight * w.z.temperatureC, 0) / weight;
  const ageMs = Math.max(...counted.map((w) => w.z.ageMs));
  const names = counted.map((w) => w.z.zone).join(', ');
  const open = rooms.filter((z) => fresh(z) && z.windowOpen).map((z) => z.zone);
  const without = open.length > 0 ? `, without ${open.join(', ')} whose window is open` : '';
  const text = `room ${value.toFixed(1)} °C is that of ${names}${without}`.slice(0, 400);
  const roomC = { value, quality: 'good' as const, ageMs };
  return { est: { ...est, roomC }, dewC, reasons: [...reasons, { what: 'rooms', code: 'rooms-zones', text }] };
}

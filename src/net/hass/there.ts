import pkg from '../../../package.json' with { type: 'json' };
import type { ControlState } from '../../contract/messages.ts';
import type { SensorName } from '../../contract/points.ts';
import type { Config } from '../../core/config.ts';
import { LATE_MS } from './announced.ts';
import { type DeviceFacts, sensorKeys, zoneTopic } from './discovery.ts';
import type { ZoneFacts } from './zones.ts';

export interface There {
  facts: Omit<DeviceFacts, 'commands'>;
  /** Keys and topics of what belongs to the house and does not speak: wired sensors not read yet, rooms of config.yaml. */
  silent: ReadonlySet<string>;
  /** Since the first state. */
  ranMs: number;
}

/** What of board and house has shown itself since the start; a room that is silent for hours is dropped. */
export function whatIsThere(
  { unit, net, house }: Pick<Config, 'unit' | 'net' | 'house'>,
  monoMs: () => number,
): (state: ControlState) => There {
  const { discoveryPrefix, language, updates } = net;
  const { zoneWeights, priorityZone } = house.comfort;
  const configured = new Set([...Object.keys(zoneWeights), ...(priorityZone === undefined ? [] : [priorityZone])]);
  const rooms = new Map<string, { told: ZoneFacts; heardMs: number }>();
  const present = new Set<SensorName>();
  let startMs: number | undefined;
  return ({ board, simulated, sensors, zones }) => {
    const nowMs = monoMs();
    startMs ??= nowMs;
    const silent = new Set([...configured].map((zone) => zoneTopic(discoveryPrefix, unit, zone)));
    for (const [name, { quality }] of Object.entries(sensors) as [SensorName, { quality: string }][]) {
      if (quality !== 'missing') present.add(name);
      else if (!present.has(name)) for (const key of sensorKeys(name)) silent.add(key);
    }
    for (const [zone, { humidityPct, windowOpen }] of Object.entries(zones ?? {})) {
      const before = rooms.get(zone)?.told;
      const humidity = before?.humidity || humidityPct !== undefined;
      const told = { zone, humidity, window: before?.window || windowOpen !== undefined };
      rooms.set(zone, { told, heardMs: nowMs });
    }
    for (const [zone, { heardMs }] of rooms)
      if (nowMs - heardMs >= LATE_MS.device && !configured.has(zone)) rooms.delete(zone);
    const told = [...rooms.values()].map((room) => room.told);
    const named = { unit, discoveryPrefix, version: pkg.version, board, simulated, language };
    const facts = { ...named, updates: updates !== undefined, sensors: [...present], zones: told };
    return { facts, silent, ranMs: nowMs - startMs };
  };
}

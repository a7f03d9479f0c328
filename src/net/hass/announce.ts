import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import pkg from '../../../package.json' with { type: 'json' };
import type { ControlState, Event, Refused } from '../../contract/messages.ts';
import type { SensorName } from '../../contract/points.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../core/config.ts';
import { messageOf } from '../../core/errors.ts';
import type { Link } from '../../core/link.ts';
import type { Log } from '../../core/log.ts';
import { warnOnOutage } from '../../core/outage.ts';
import { twinEvent, unjoinedEvent } from '../config-events.ts';
import { carry, connectJoined } from '../join.ts';
import { refusedEvent } from '../refused.ts';
import { watchForTwin } from '../twin.ts';
import { type HassBridge, hassBridge, lastWill } from './bridge.ts';
import { discovery } from './discovery.ts';
import type { ZoneFacts } from './zones.ts';

export interface Announcer {
  /** Looks at each new state: new points of the board make new entities. */
  seen(state: ControlState): void;
  setOnline(online: boolean): void;
  close(): Promise<void>;
}

interface Place {
  bridge: HassBridge;
  commands: boolean;
}

/** Home Assistant beside our own broker and, where the owner has one that we joined, beside that. */
export function openAnnouncer(
  { unit, net }: Config,
  home: string,
  socketPath: string,
  password: string,
  link: Link,
  log: Log,
  tell: (event: Event) => void,
): Announcer {
  const { discoveryPrefix, language, houseBroker: join } = net;
  const rooms = new Map<string, ZoneFacts>();
  const own = mqtt.connect(`mqtt+unix://${socketPath}`, {
    clientId: 'net-hass',
    username: 'net',
    password,
    queueQoSZero: false,
    reconnectPeriod: 500,
    connectTimeout: 2000,
    will: lastWill(unit),
  });
  warnOnOutage(own, log, 'no broker: Home Assistant sees the unit as offline');
  const places: Place[] = [{ bridge: hassBridge(own, unit, discoveryPrefix), commands: true }];
  const joined = () => {
    if (!join) return;
    const me = randomUUID().slice(0, 8);
    const client = connectJoined(join, home, unit, me, log);
    const twin = watchForTwin(client, unit, me, () => tell(twinEvent(unit, join.url, systemClock.wallMs())));
    const onRefused = (refused: Refused) => tell(refusedEvent(refused, systemClock.wallMs()));
    carry(client, link, unit, { commands: join.commands, twin, onRefused, log });
    places.push({ bridge: hassBridge(client, unit, discoveryPrefix), commands: join.commands });
  };
  try {
    joined();
  } catch (error) {
    tell(unjoinedEvent(messageOf(error), systemClock.wallMs()));
  }
  const present = new Set<SensorName>();
  let announced = '';
  return {
    seen({ board, simulated, sensors, zones }) {
      for (const [name, view] of Object.entries(sensors)) {
        if (view.quality !== 'missing') present.add(name as SensorName);
      }
      for (const { bridge } of places) bridge.setOnline(true);
      for (const [zone, { humidityPct, windowOpen }] of Object.entries(zones ?? {})) {
        const before = rooms.get(zone);
        const humidity = before?.humidity || humidityPct !== undefined;
        rooms.set(zone, { zone, humidity, window: before?.window || windowOpen !== undefined });
      }
      const told = [...rooms.values()];
      const facts = JSON.stringify([board, simulated, present.size, told]);
      if (facts === announced) return;
      announced = facts;
      const updates = net.updates !== undefined;
      const device = { unit, discoveryPrefix, version: pkg.version, board, simulated, language, updates, zones: told };
      for (const { bridge, commands } of places) {
        bridge.announce(discovery({ ...device, commands, sensors: [...present] }));
      }
    },
    setOnline(online) {
      for (const { bridge } of places) bridge.setOnline(online);
    },
    async close() {
      await Promise.all(places.map(({ bridge }) => bridge.close()));
    },
  };
}

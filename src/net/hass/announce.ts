import { randomUUID } from 'node:crypto';
import { join as joinPath } from 'node:path';
import mqtt from 'mqtt';
import type { ControlState, Event, Refused } from '../../contract/messages.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../core/config.ts';
import { messageOf } from '../../core/errors.ts';
import type { Link } from '../../core/link.ts';
import type { Log } from '../../core/log.ts';
import { warnOnOutage } from '../../core/outage.ts';
import { twinEvent, unjoinedEvent } from '../config-events.ts';
import { carry, connectJoined, keptPaths } from '../join.ts';
import { refusedEvent } from '../refused.ts';
import { watchForTwin } from '../twin.ts';
import { LATE_MS } from './announced.ts';
import { type Announced, openAnnounced } from './announced-file.ts';
import { type HassBridge, hassBridge, lastWill } from './bridge.ts';
import { discovery, retiredKeys } from './discovery.ts';
import { whatIsThere } from './there.ts';

export interface Announcer {
  /** Looks at each new state: new points of the board make new entities, and those that are gone for long lose theirs. */
  seen(state: ControlState): void;
  setOnline(online: boolean): void;
  close(): Promise<void>;
}

export interface AnnouncerOptions {
  config: Pick<Config, 'unit' | 'net' | 'house'>;
  home: string;
  stateDir: string;
  /** Socket of our own broker. */
  broker: string;
  /** Of the role net. */
  password: string;
  link: Link;
  log: Log;
  tell(event: Event): void;
  monoMs?: () => number;
  /** How long others are listened for before an old name of ours is taken from a joined broker. */
  listenMs?: number;
}

interface Place {
  bridge: HassBridge;
  commands: boolean;
  /** Topics of what stays there when we go. */
  states: readonly string[];
}

/** Home Assistant beside our own broker and, where the owner has one that we joined, beside that. */
export function openAnnouncer(options: AnnouncerOptions): Announcer {
  const { config, stateDir, log, tell, monoMs = systemClock.monoMs } = options;
  const announced = openAnnounced(joinPath(stateDir, 'announced.json'), log);
  const places: Place[] = [ownPlace(options, announced)];
  try {
    const place = joinedPlace(options, announced);
    if (place) places.push(place);
  } catch (error) {
    tell(unjoinedEvent(messageOf(error), systemClock.wallMs()));
  }
  const there = whatIsThere(config, monoMs);
  let told = '';
  return {
    seen(state) {
      for (const { bridge } of places) bridge.setOnline(true);
      const { facts, silent, ranMs } = there(state);
      const stage = Object.values(LATE_MS).filter((lateMs) => ranMs >= lateMs).length;
      const now = JSON.stringify([facts, silent.size, stage]);
      if (now === told) return;
      told = now;
      for (const { bridge, commands, states } of places) {
        const devices = discovery({ ...facts, commands });
        const retired = retiredKeys({ ...facts, commands });
        const { discoveryPrefix } = facts;
        bridge.announce({ discoveryPrefix, devices, states, retired, silent, ranMs });
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

type Books = (broker: string) => Announced;

function ownPlace({ config, broker, password, log }: AnnouncerOptions, books: Books): Place {
  const { unit, net } = config;
  const client = mqtt.connect(`mqtt+unix://${broker}`, {
    clientId: 'net-hass',
    username: 'net',
    password,
    queueQoSZero: false,
    reconnectPeriod: 500,
    connectTimeout: 2000,
    will: lastWill(unit),
  });
  warnOnOutage(client, log, 'no broker: Home Assistant sees the unit as offline');
  const { discoveryPrefix } = net;
  const bridge = hassBridge(client, { unit, discoveryPrefix, announced: books('own'), shared: false });
  return { bridge, commands: true, states: [] };
}

/** Throws CONFIG_INVALID where a file of the broker cannot be read. */
function joinedPlace({ config, home, link, log, tell, listenMs }: AnnouncerOptions, books: Books): Place | undefined {
  const { unit, net } = config;
  const { discoveryPrefix, houseBroker: join } = net;
  if (!join) return undefined;
  const me = randomUUID().slice(0, 8);
  const client = connectJoined(join, home, unit, me, log);
  const twin = watchForTwin(client, unit, me, () => tell(twinEvent(unit, join.url, systemClock.wallMs())));
  const onRefused = (refused: Refused) => tell(refusedEvent(refused, systemClock.wallMs()));
  carry(client, link, unit, { commands: join.commands, twin, onRefused, log });
  const announced = books(join.url);
  const bridge = hassBridge(client, { unit, discoveryPrefix, announced, shared: true, listenMs });
  return { bridge, commands: join.commands, states: keptPaths(unit) };
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import type { Refused } from '../contract/messages.ts';
import { schemaFor, TOPICS, type TopicName, topicPath } from '../contract/topics.ts';
import type { Config } from '../core/config.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Link } from '../core/link.ts';
import type { Log } from '../core/log.ts';
import { warnOnOutage } from '../core/outage.ts';
import { onlinePath } from './broker/acl.ts';
import { bucketPerKey } from './buckets.ts';
import { lastWill } from './hass/bridge.ts';
import { readMessage, refusedTeller, WHY } from './refused.ts';
import type { Twin } from './twin.ts';

/** A broker that the owner already has. */
export type Join = NonNullable<Config['net']['houseBroker']>;

const COMMANDS: readonly TopicName[] = ['set', 'override', 'acknowledge'];
const MAX_PAYLOAD_BYTES = 65_536;
/** Messages of one topic taken from the foreign broker; people and sensors stay far below. */
const RATE = { perS: 20, burst: 60 };
/** Lines of the log about one topic: whoever floods the broker must not fill the disk. */
const LOGGED = { perS: 1 / 60, burst: 5 };

const names = Object.keys(TOPICS) as TopicName[];
/** Told to whoever may read the unit as a whole. */
const OUTWARD = names.filter((n) => TOPICS[n].readers.includes('home'));
/** Topics on which a joined broker keeps what this unit said last. */
export const keptPaths = (unit: string): string[] => [
  ...OUTWARD.filter((name) => TOPICS[name].retained).map((name) => topicPath(unit, name)),
  onlinePath(unit),
];
/** Measurements and prices are always taken, commands only where the owner allows it. */
const inward = (commands: boolean) =>
  names.filter((n) => TOPICS[n].senders.includes('home') && (commands || !COMMANDS.includes(n)));

/** The files that `net.houseBroker` names, relative to the home directory. Throws CONFIG_INVALID when one cannot be read. */
export function joinFiles(
  { passwordFile, caFile }: Pick<Join, 'passwordFile' | 'caFile'>,
  home: string,
): { password?: string; ca?: Buffer } {
  const read = (file: string, key: string) => {
    try {
      return readFileSync(resolve(home, file));
    } catch (error) {
      throw new HeatmineError('CONFIG_INVALID', `net.houseBroker.${key}: ${messageOf(error)}`);
    }
  };
  return {
    ...(passwordFile !== undefined && { password: read(passwordFile, 'passwordFile').toString('utf8').trim() }),
    ...(caFile !== undefined && { ca: read(caFile, 'caFile') }),
  };
}

/** Connects in the background and again after every outage; `me` sets this unit apart from another of its name. */
export function connectJoined(join: Join, home: string, unit: string, me: string, log: Log): MqttClient {
  const client = mqtt.connect(join.url, {
    clientId: `heatmine-${unit}-${me}`,
    ...(join.username !== undefined && { username: join.username }),
    ...joinFiles(join, home),
    queueQoSZero: false,
    reconnectPeriod: 2000,
    connectTimeout: 10_000,
    will: lastWill(unit),
  });
  warnOnOutage(client, log, `no answer from the joined broker ${join.url}; heating goes on`);
  return client;
}

interface CarryOptions {
  commands: boolean;
  twin: Twin;
  /** A few times for each topic. */
  onRefused(refused: Refused): void;
  log: Log;
}

/** Carries the contract's topics between our own broker (by `link`, as net) and a joined one. */
export function carry(
  client: MqttClient,
  link: Link,
  unit: string,
  { commands, twin, onRefused, log }: CarryOptions,
): void {
  for (const name of OUTWARD) {
    link.on(name, (message) => {
      if (!client.connected) return;
      client.publish(topicPath(unit, name), JSON.stringify(message), { qos: 0, retain: TOPICS[name].retained });
    });
  }
  const byPath = new Map(inward(commands).map((name) => [topicPath(unit, name), name]));
  client.on('connect', () => client.subscribe([...byPath.keys()], { qos: 0 }));
  const allowed = bucketPerKey(RATE);
  const mayLog = bucketPerKey(LOGGED);
  const tell = refusedTeller(onRefused);
  client.on('message', (path, payload, packet) => {
    const name = byPath.get(path);
    if (!name) return;
    const isForTwo = COMMANDS.includes(name) && twin.isThere();
    const refused = isForTwo ? WHY.twin : allowed(name, 1, performance.now()) ? undefined : WHY.tooMany(RATE.perS);
    const fault = refused ?? take(name, payload, packet, link);
    if (!fault) return;
    tell(name, path, fault);
    if (mayLog(name, 1, performance.now()))
      log.warn({ topic: path, err: fault }, 'message of the joined broker refused');
  });
}

function take(name: TopicName, payload: Buffer, packet: IPublishPacket, link: Link): string | undefined {
  if (payload.length > MAX_PAYLOAD_BYTES) return WHY.tooLong(MAX_PAYLOAD_BYTES);
  // A command that the broker kept would be given again at every reconnection.
  if (packet.retain && COMMANDS.includes(name)) return WHY.retained;
  if (payload.length === 0) {
    if (TOPICS[name].retained) link.clear(name);
    return undefined;
  }
  const read = readMessage<unknown>(schemaFor('home', name), payload);
  if ('fault' in read) return read.fault;
  link.publish(name, read.message as never);
  return undefined;
}

import mqtt from 'mqtt';
import type { Log } from '../../core/log.ts';
import { warnOnOutage } from '../../core/outage.ts';
import { onlinePath } from '../broker/acl.ts';
import type { Discovery } from './discovery.ts';

export interface BridgeOptions {
  /** Path of the broker's unix socket. */
  socketPath: string;
  password: string;
  unit: string;
  discoveryPrefix: string;
  log: Log;
}

export interface HassBridge {
  /** Announces the devices, now and again whenever Home Assistant or the broker starts. */
  announce(discoveries: readonly Discovery[]): void;
  /** Whether entities show as available; `offline` by last will when this process dies. */
  setOnline(online: boolean): void;
  close(): Promise<void>;
}

/**
 * Home Assistant's side of net: discovery and availability. A connection of its own, since the last will belongs to it.
 * States and commands need nothing here: Home Assistant reads and writes the contract's topics itself.
 */
export function openHassBridge({ socketPath, password, unit, discoveryPrefix, log }: BridgeOptions): HassBridge {
  const availability = onlinePath(unit);
  const statusTopic = `${discoveryPrefix}/status`;
  let current: readonly Discovery[] = [];
  let online = false;
  const client = mqtt.connect(`mqtt+unix://${socketPath}`, {
    clientId: 'net-hass',
    username: 'net',
    password,
    queueQoSZero: false,
    reconnectPeriod: 500,
    connectTimeout: 2000,
    will: { topic: availability, payload: Buffer.from('offline'), qos: 0, retain: true },
  });
  const send = (topic: string, payload: string) => {
    if (client.connected) client.publish(topic, payload, { qos: 1, retain: true });
  };
  const sendAll = () => {
    for (const { topic, payload } of current) send(topic, JSON.stringify(payload));
    send(availability, online ? 'online' : 'offline');
  };
  warnOnOutage(client, log, 'no broker: Home Assistant sees the unit as offline');
  client.on('connect', () => {
    client.subscribe(statusTopic);
    sendAll();
  });
  client.on('message', (topic, payload) => {
    if (topic === statusTopic && payload.toString() === 'online') sendAll();
  });
  return {
    announce(discoveries) {
      current = discoveries;
      sendAll();
    },
    setOnline(next) {
      if (next === online) return;
      online = next;
      send(availability, online ? 'online' : 'offline');
    },
    async close() {
      if (client.connected) await client.publishAsync(availability, 'offline', { retain: true });
      await client.endAsync(true);
    },
  };
}

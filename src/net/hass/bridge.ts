import type { MqttClient } from 'mqtt';
import { onlinePath } from '../broker/acl.ts';
import type { Discovery } from './discovery.ts';

export interface HassBridge {
  /** Announces the devices, now and again whenever Home Assistant or the broker starts. */
  announce(discoveries: readonly Discovery[]): void;
  /** Whether entities show as available; `offline` by last will when this process dies. */
  setOnline(online: boolean): void;
  close(): Promise<void>;
}

/** The last will that a bridge's connection must have. */
export const lastWill = (unit: string) => ({
  topic: onlinePath(unit),
  payload: Buffer.from('offline'),
  qos: 0 as const,
  retain: true,
});

/**
 * Home Assistant's side of a broker: discovery and availability, on a connection that leaves `lastWill`. On our own
 * broker states and commands need nothing here: Home Assistant reads and writes the contract's topics itself.
 */
export function hassBridge(client: MqttClient, unit: string, discoveryPrefix: string): HassBridge {
  const availability = onlinePath(unit);
  const statusTopic = `${discoveryPrefix}/status`;
  let current: readonly Discovery[] = [];
  let online = false;
  const send = (topic: string, payload: string) => {
    if (client.connected) client.publish(topic, payload, { qos: 1, retain: true });
  };
  const sendAll = () => {
    for (const { topic, payload } of current) send(topic, JSON.stringify(payload));
    send(availability, online ? 'online' : 'offline');
  };
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

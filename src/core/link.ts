import mqtt from 'mqtt';
import { type MessageOf, type Role, TOPICS, type TopicName, topicPath } from '../contract/topics.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { warnOnOutage } from './outage.ts';

export interface LinkOptions {
  role: Role;
  unit: string;
  /** `mqtt+unix:///…/broker.sock` for our own processes, `mqtt://127.0.0.1:8701` for others. */
  url: string;
  password: string;
  log: Log;
}

/** Typed MQTT: what is sent and received has passed its schema. Never in the safety path. */
export interface Link {
  publish<N extends TopicName>(name: N, message: MessageOf<N>): void;
  /** `cleared`: a retained message has been taken back, by an empty one. */
  on<N extends TopicName>(name: N, listener: (message: MessageOf<N>) => void, cleared?: () => void): void;
  /** Takes back what is retained of a topic. */
  clear(name: TopicName): void;
  connected(): boolean;
  close(): Promise<void>;
}

/** Returns at once; connects and reconnects in the background, so that nobody waits for the broker. */
export function openLink({ role, unit, url, password, log }: LinkOptions): Link {
  const socketPath = url.startsWith('mqtt+unix://') ? url.slice('mqtt+unix://'.length) : undefined;
  const client = mqtt.connect(socketPath ? `mqtt+unix://${socketPath}` : url, {
    clientId: role,
    username: role,
    password,
    // A dead broker's backlog would be replayed late, as if it were now.
    queueQoSZero: false,
    reconnectPeriod: 500,
    connectTimeout: 2000,
    resubscribe: true,
  });
  const listeners = new Map<
    string,
    { name: TopicName; call: (message: never) => void; cleared: (() => void) | undefined }[]
  >();
  warnOnOutage(client, log, 'no broker; all but messages goes on');
  client.on('message', (path, payload) => {
    for (const { name, call, cleared } of listeners.get(path) ?? []) {
      if (payload.length === 0) {
        cleared?.();
        continue;
      }
      try {
        call(TOPICS[name].schema.parse(JSON.parse(payload.toString('utf8'))) as never);
      } catch (error) {
        log.warn({ topic: path, err: messageOf(error).slice(0, 200) }, 'message refused');
      }
    }
  });
  return {
    publish(name, message) {
      if (!client.connected) return;
      const topic = TOPICS[name];
      client.publish(topicPath(unit, name), JSON.stringify(message), { qos: 0, retain: topic.retained });
    },
    clear(name) {
      if (client.connected) client.publish(topicPath(unit, name), '', { qos: 0, retain: true });
    },
    on(name, listener, cleared) {
      const path = topicPath(unit, name);
      const first = !listeners.has(path);
      listeners.set(path, [
        ...(listeners.get(path) ?? []),
        { name, call: listener as (message: never) => void, cleared },
      ]);
      if (first) client.subscribe(path, { qos: 0 });
    },
    connected: () => client.connected,
    close: () => client.endAsync(true).then(() => {}),
  };
}

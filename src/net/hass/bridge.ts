import type { MqttClient } from 'mqtt';
import { onlinePath } from '../broker/acl.ts';
import { isHeard } from '../twin.ts';
import { NOTHING, planOf, type Saying, topicsOf } from './announced.ts';
import type { Announced } from './announced-file.ts';

export interface HassBridge {
  /** Announces the devices, now and again whenever Home Assistant or the broker starts; takes away what is no more. */
  announce(saying: Saying): void;
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

export interface BridgeOptions {
  unit: string;
  discoveryPrefix: string;
  announced: Announced;
  /**
   * A broker of somebody else: another unit may have taken a name that was ours, so nothing is cleared while one speaks under
   * it. On our own, which starts with us, Home Assistant comes after us: until it is there nothing counts as taken away.
   */
  shared: boolean;
  /** How long it is listened for. */
  listenMs?: number | undefined;
}

/**
 * Home Assistant's side of a broker: discovery and availability, on a connection that leaves `lastWill`. On our own
 * broker states and commands need nothing here: Home Assistant reads and writes the contract's topics itself.
 */
export function hassBridge(client: MqttClient, options: BridgeOptions): HassBridge {
  const { unit, discoveryPrefix, announced, shared } = options;
  const availability = onlinePath(unit);
  const statusTopic = `${discoveryPrefix}/status`;
  let saying: Saying | undefined;
  let online = false;
  let sent = 0;
  /** Not known of a joined broker, where it may have been for long. */
  let hassIsThere = shared;
  const publish = (topic: string, payload: string) => client.publishAsync(topic, payload, { qos: 1, retain: true });
  const sayOnline = () => {
    if (client.connected) client.publish(availability, online ? 'online' : 'offline', { qos: 1, retain: true });
  };
  const clearNames = () => {
    for (const name of announced.names()) if (name !== unit) void clearName(client, name, options);
  };
  const sendAll = () => {
    if (!client.connected) return;
    if (saying) void tell(saying);
    sayOnline();
  };
  const tell = async (now: Saying) => {
    const mine = ++sent;
    const { partings, clear, before, after } = planOf(announced.of(unit) ?? NOTHING, now);
    announced.keep(unit, before);
    const arrived = Promise.all([
      ...[...partings, ...now.devices].map(({ topic, payload }) => publish(topic, JSON.stringify(payload))),
      ...clear.map((topic) => publish(topic, '')),
    ]);
    await arrived.then(
      // A later announcement has planned with what this one leaves to be done.
      () => mine === sent && hassIsThere && announced.keep(unit, after),
      () => {}, // The connection ended: it is said again on the next.
    );
  };
  client.on('connect', () => {
    client.subscribe(statusTopic);
    sendAll();
    if (shared) clearNames();
  });
  client.on('close', () => {
    hassIsThere = shared;
  });
  client.on('message', (topic, payload) => {
    if (topic !== statusTopic) return;
    hassIsThere = payload.toString() === 'online';
    if (!hassIsThere) return;
    sendAll();
    if (!shared) clearNames();
  });
  return {
    announce(next) {
      saying = next;
      sendAll();
    },
    setOnline(next) {
      if (next === online) return;
      online = next;
      sayOnline();
    },
    async close() {
      if (client.connected) await client.publishAsync(availability, 'offline', { retain: true });
      await client.endAsync(true);
    },
  };
}

/** Empties what this unit has left under a name that it has no more. */
async function clearName(client: MqttClient, name: string, options: BridgeOptions): Promise<void> {
  const { unit, discoveryPrefix, announced, shared, listenMs } = options;
  const left = announced.of(name);
  const heard = shared && (await isHeard(client, name, listenMs));
  if (!left || heard === undefined) return;
  const current = topicsOf(announced.of(unit) ?? NOTHING);
  const gone = heard ? [] : topicsOf(left).filter((topic) => !current.includes(topic));
  // Our own broker forgets with each start, and lets nobody write elsewhere.
  const written = shared ? gone : gone.filter((topic) => topic.startsWith(`${discoveryPrefix}/`));
  await Promise.all(written.map((topic) => client.publishAsync(topic, '', { qos: 1, retain: true }))).then(
    () => announced.keep(name, undefined),
    () => {},
  );
}

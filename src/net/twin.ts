import type { MqttClient } from 'mqtt';
import { topicPath } from '../contract/topics.ts';

/** Another unit of our name on the broker that we joined: entities and commands of both would be one. */
export interface Twin {
  /** Whether it has been heard of late. */
  isThere(): boolean;
}

const EVERY_MS = 30_000;
/** Three of its words missed. */
const GONE_MS = 3 * EVERY_MS;
/** Each newcomer is answered at once, and once; more are nobody's units. */
const MOST_ANSWERED = 8;
/** It is told again after so long. */
const TOLD_MS = 24 * 3_600_000;

const instancePath = (unit: string): string => `heatmine/${unit}/instance`;

/**
 * Says now and then which instance of `unit` this is, and listens for others that say the same of themselves. `onTwin` once a day.
 * Anybody on that broker can say so: it costs the commands of that broker for as long as they go on, and nothing else.
 */
export function watchForTwin(
  client: Pick<MqttClient, 'on' | 'publish' | 'subscribe' | 'connected'>,
  unit: string,
  me: string,
  onTwin: () => void,
  now = () => performance.now(),
): Twin {
  const path = instancePath(unit);
  const answered = new Set<string>();
  let heardMs = Number.NEGATIVE_INFINITY;
  let toldMs = Number.NEGATIVE_INFINITY;
  const say = () => {
    if (client.connected) client.publish(path, me);
  };
  client.on('connect', () => client.subscribe(path, say));
  client.on('message', (topic, payload, { retain }) => {
    // Retained: nobody knows how old, and ours never are.
    const other = payload.toString('utf8', 0, 64);
    if (topic !== path || retain || other === me) return;
    const nowMs = now();
    heardMs = nowMs;
    if (!answered.has(other) && answered.size < MOST_ANSWERED) {
      answered.add(other);
      say();
    }
    if (nowMs - toldMs < TOLD_MS) return;
    toldMs = nowMs;
    onTwin();
  });
  const timer = setInterval(say, EVERY_MS);
  client.on('end', () => clearInterval(timer));
  return { isThere: () => now() - heardMs < GONE_MS };
}

/** Whether a unit speaks under a name; undefined where that could not be listened for. */
export async function isHeard(
  client: MqttClient,
  unit: string,
  forMs = EVERY_MS + 10_000,
): Promise<boolean | undefined> {
  const paths = [instancePath(unit), topicPath(unit, 'controlState')];
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
  const onMessage = (topic: string, _: Buffer, { retain }: { retain: boolean }) => {
    if (paths.includes(topic) && !retain) resolve(true);
  };
  const onClose = () => resolve(undefined);
  const timer = setTimeout(resolve, forMs, false);
  client.on('message', onMessage);
  client.once('close', onClose);
  client.subscribeAsync(paths).catch(onClose);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    client.off('message', onMessage).off('close', onClose);
    if (client.connected) client.unsubscribe(paths);
  }
}

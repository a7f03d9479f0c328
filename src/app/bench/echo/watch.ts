import mqtt, { type MqttClient } from 'mqtt';
import { type LiveMessage, laidOn } from '../../../contract/delta.ts';
import type { SetPoints } from '../../../contract/messages.ts';
import { topicPath } from '../../../contract/topics.ts';
import { pathsOf } from '../../../core/paths.ts';
import { unitOf } from '../../client.ts';
import { loadPasswords } from '../../secrets.ts';
import type { SpawnedUnit } from '../../spawn-unit.ts';

/** A change that nobody sees within this time counts as lost. */
const LOST_MS = 30_000;
/** Both say something each second; a test must not wait for ever. */
const FIRST_MS = 30_000;

/** How long until a change was seen by whoever listens on MQTT and by an open page, ms since it was begun. */
export interface Seen {
  mqttMs: number;
  pageMs: number;
}

export interface Watch {
  /** As Home Assistant is connected: user `home`. */
  home: MqttClient;
  /** Moves the room's set-point by topic and template of the thermostat that was announced to Home Assistant. */
  thermostat(valueC: number): Promise<unknown>;
  /** Begins right after a state of the regular second, the worst moment for one who waits for the next; throws when it is lost. */
  timed(name: keyof SetPoints, value: number, set: () => unknown): Promise<Seen>;
  close(): Promise<void>;
}

/** Somebody who listens on the unit's broker and has its page open. */
export async function watchUnit(unit: SpawnedUnit): Promise<Watch> {
  const paths = pathsOf(unit.home);
  const home = await mqtt.connectAsync(`mqtt://127.0.0.1:${unitOf(paths).mqttPort}`, {
    username: 'home',
    password: loadPasswords(paths).home!,
  });
  const page = new WebSocket(`${unit.url.replace('http', 'ws')}/live`);
  const told: { mqtt?: SetPoints; page?: SetPoints } = {};
  const waiting = new Set<() => void>();
  const look = () => {
    for (const wait of waiting) wait();
  };
  let laid: object = {};
  let climate: Climate | undefined;
  home.on('message', (path, text) => {
    const message = JSON.parse(`${text}`);
    if (path.endsWith('/config')) climate ??= climateOf(message);
    else told.mqtt = message.setPoints;
    look();
  });
  page.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as LiveMessage<object>;
    laid = message.type === 'snapshot' ? message : laidOn(laid, message);
    const { control } = laid as { control?: { setPoints: SetPoints } | null };
    if (control) told.page = control.setPoints;
    look();
  };
  await home.subscribeAsync([topicPath('heatmine', 'controlState'), 'homeassistant/device/+/config']);

  /** Resolves with the time at which `holds` first did. */
  function once(holds: () => boolean, limitMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        waiting.delete(wait);
        clearTimeout(timer);
        settle();
      };
      const timer = setTimeout(() => done(() => reject(new Error(`not seen within ${limitMs} ms`))), limitMs);
      const wait = () => {
        if (holds()) done(() => resolve(performance.now()));
      };
      waiting.add(wait);
      wait();
    });
  }
  await once(() => told.mqtt !== undefined && told.page !== undefined && climate !== undefined, FIRST_MS);
  return {
    home,
    thermostat(valueC) {
      const { temperature_command_topic: topic, temperature_command_template: template } = climate!;
      return home.publishAsync(topic, template.replace('{{ value }}', String(valueC)), { qos: 0 });
    },
    async timed(name, value, set) {
      const before = told.mqtt;
      await once(() => told.mqtt !== before, FIRST_MS);
      const fromMs = performance.now();
      const at = [
        once(() => told.mqtt![name] === value, LOST_MS),
        once(() => told.page![name] === value, LOST_MS),
      ] as const;
      await set();
      const [mqttMs, pageMs] = await Promise.all(at);
      return { mqttMs: mqttMs - fromMs, pageMs: pageMs - fromMs };
    },
    async close() {
      page.close();
      await home.endAsync(true);
    },
  };
}

interface Climate {
  temperature_command_topic: string;
  temperature_command_template: string;
}
/** The thermostat of a message of discovery; undefined where there is none in it. */
const climateOf = ({ cmps }: { cmps: Record<string, { p: string }> }) =>
  Object.values(cmps).find(({ p }) => p === 'climate') as (Climate & { p: string }) | undefined;

/** A set-point as the page sends it. */
export const setOnPage = (url: string, name: keyof SetPoints, value: number) =>
  fetch(`${url}/api/set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, value }),
  });

import type { MqttClient } from 'mqtt';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** The broker starts and restarts beside us within this time: no news. */
const QUIET_MS = 5000;

/** Warns once an outage of the broker: the client tries again twice a second. */
export function warnOnOutage(client: MqttClient, log: Log, text: string): void {
  let downSinceMs: number | undefined = performance.now();
  let told = false;
  client.on('connect', () => {
    if (told) log.info({}, 'the broker is back');
    downSinceMs = undefined;
    told = false;
  });
  client.on('close', () => {
    downSinceMs ??= performance.now();
  });
  client.on('error', (error) => {
    if (told || performance.now() - (downSinceMs ?? 0) < QUIET_MS) return;
    log.warn({ err: messageOf(error) }, text);
    told = true;
  });
}

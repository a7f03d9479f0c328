import mqtt, { type MqttClient } from 'mqtt';
import { loadConfig } from '../core/config.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { unitOf } from './client.ts';
import { loadPasswords } from './secrets.ts';

const CONNECT_MS = 5000;

/** As Home Assistant connects: over TCP, with the password of the role home. NOT_RUNNING when nobody answers. */
export async function connectHome(paths: Paths): Promise<{ client: MqttClient; unit: string; url: string }> {
  const { mqttPort } = unitOf(paths);
  const { net, unit } = loadConfig(paths.home);
  const url = `mqtt://${net.host === '0.0.0.0' ? '127.0.0.1' : net.host}:${mqttPort}`;
  const password = loadPasswords(paths).home!;
  const options = { username: 'home', password, connectTimeout: CONNECT_MS, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(url, options, false).catch((error) => {
    throw new HeatmineError('NOT_RUNNING', `no answer from the broker at ${url}: ${messageOf(error)}`);
  });
  return { client, unit, url };
}

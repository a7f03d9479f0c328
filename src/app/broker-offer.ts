import type { Config } from '../core/config.ts';
import { portFree } from './preflight.ts';

const MQTT_PORT = 1883;

/** One line for whoever has a broker on this machine that the unit could live in; undefined where there is none, or it is joined. */
export async function brokerOffer({ net }: Pick<Config, 'net'>, port = MQTT_PORT): Promise<string | undefined> {
  if (net.houseBroker || (await portFree(port, '127.0.0.1'))) return undefined;
  return `another MQTT broker runs on port ${port}: the unit has its own and can join that one too, with net.houseBroker.url: mqtt://127.0.0.1:${port} in config.yaml (docs/home-assistant.md)`;
}

import { existsSync, readFileSync } from 'node:fs';
import { connectAsync, type IClientOptions } from 'mqtt';
import type { Config } from '../core/config.ts';
import type { Paths } from '../core/paths.ts';

const MQTT_PORT = 1883;
const TIMEOUT_MS = 2000;
/** Return codes of MQTT 3.1.1: bad user name or password, not authorised. */
const LOCKED = new Set<unknown>([4, 5]);

/** What answers there: a broker that lets us in, one that wants another user, or nothing that speaks MQTT. */
export async function knock(url: string, how: IClientOptions = {}): Promise<'open' | 'locked' | 'silent'> {
  try {
    const given = { ...how, reconnectPeriod: 0, connectTimeout: TIMEOUT_MS };
    const client = await connectAsync(url, given);
    // Ended before it was let in: what holds the port has hung up.
    if (!client.connected) return 'silent';
    await client.endAsync(true);
    return 'open';
  } catch (error) {
    return LOCKED.has((error as { code?: unknown }).code) ? 'locked' : 'silent';
  }
}

/** One line for whoever has a broker on this machine that the unit could live in; undefined where there is none, or it is joined. */
export async function brokerOffer(
  { net }: Pick<Config, 'net'>,
  { config: file }: Pick<Paths, 'config'>,
  port = MQTT_PORT,
): Promise<string | undefined> {
  if (net.houseBroker) return undefined;
  const url = `mqtt://127.0.0.1:${port}`;
  const found = await knock(url);
  if (found === 'silent') return undefined;
  const as = found === 'locked' ? ', username: NAME, passwordFile: keys/house-broker' : '';
  const join = `houseBroker: { url: ${url}${as} }`;
  const line = hasNet(file) ? `below net:, indented,  ${join}` : `the line  net: { ${join} }`;
  return `another MQTT broker runs on port ${port} of this machine: the unit has its own and can join that one too. To join, add to ${file} ${line}  (docs/home-assistant.md)`;
}

const hasNet = (file: string) => existsSync(file) && /^net:\s*(#.*)?$/m.test(readFileSync(file, 'utf8'));

import { existsSync, readFileSync } from 'node:fs';
import { connectAsync, type IClientOptions } from 'mqtt';
import type { Config } from '../core/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';

/** Where a broker of this machine would listen. */
export const LOCAL_BROKER = 'mqtt://127.0.0.1:1883';
/** Its password lies here, relative to the home directory. */
export const HOUSE_BROKER_PASSWORD = 'keys/house-broker';
const TIMEOUT_MS = 2000;
/** Return codes of MQTT 3.1.1: bad user name or password, not authorised. */
const LOCKED = new Set<unknown>([4, 5]);

/** What answers there: a broker that lets us in, one that wants another user, or, and why, nothing that speaks MQTT. */
export interface Knock {
  door: 'open' | 'locked' | 'silent';
  why: string;
}

export async function knock(url: string, how: IClientOptions = {}): Promise<Knock> {
  try {
    const given = { ...how, reconnectPeriod: 0, connectTimeout: TIMEOUT_MS };
    const client = await connectAsync(url, given);
    // Ended before it was let in: what holds the port has hung up, or says nothing.
    if (!client.connected) return { door: 'silent', why: 'what listens there does not answer as one' };
    await client.endAsync(true);
    return { door: 'open', why: '' };
  } catch (error) {
    const door = LOCKED.has((error as { code?: unknown }).code) ? 'locked' : 'silent';
    return { door, why: messageOf(error) };
  }
}

/** One line for whoever has a broker on this machine that the unit could live in; undefined where there is none, or it is joined. */
export async function brokerOffer(
  { net }: Pick<Config, 'net'>,
  { config: file }: Pick<Paths, 'config'>,
  url = LOCAL_BROKER,
): Promise<string | undefined> {
  if (net.houseBroker) return undefined;
  const { door } = await knock(url);
  if (door === 'silent') return undefined;
  const as = door === 'locked' ? `, username: NAME, passwordFile: ${HOUSE_BROKER_PASSWORD}` : '';
  const join = `houseBroker: { url: ${url}${as} }`;
  const line = hasNet(file) ? `below net:, indented,  ${join}` : `the line  net: { ${join} }`;
  const where = `port ${new URL(url).port} of this machine`;
  return `another MQTT broker runs on ${where}: the unit has its own and can join that one too. To join, add to ${file} ${line}  (docs/home-assistant.md)`;
}

const hasNet = (file: string) => existsSync(file) && /^net:\s*(#.*)?$/m.test(readFileSync(file, 'utf8'));

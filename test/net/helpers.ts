import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { ROLES } from '../../src/contract/topics.ts';
import { createLog } from '../../src/core/log.ts';
import { type Broker, type BrokerOptions, startBroker } from '../../src/net/broker/broker.ts';

export const log = createLog('test', 'silent');
export const UNIT = 'testunit';
export const passwords: Record<string, string> = Object.fromEntries(ROLES.map((role) => [role, `secret-of-${role}`]));

export function scratch(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'hm-net-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export interface TestBroker extends Broker {
  unixPath: string;
  /** A client of a role, through the door that role must use unless `over` says otherwise. Not reconnecting. */
  client(role: string, over?: IClientOptions & { door?: 'tcp' | 'unix' }): Promise<MqttClient>;
  raw(): Promise<Socket>;
  end(): Promise<void>;
}

export async function testBroker(
  limits: BrokerOptions['limits'] = {},
  discoveryPrefix = 'homeassistant',
): Promise<TestBroker> {
  const { dir, remove } = scratch();
  const unixPath = join(dir, 'b.sock');
  const tcp = { host: '127.0.0.1', port: 0 };
  const broker = await startBroker({
    unit: UNIT,
    discoveryPrefix,
    passwords,
    tcp,
    unixPath,
    log,
    limits,
  });
  const clients: MqttClient[] = [];
  const sockets: Socket[] = [];
  return {
    ...broker,
    unixPath,
    async client(role, { door = role === 'home' ? 'tcp' : 'unix', ...over } = {}) {
      const url = door === 'unix' ? `mqtt+unix://${unixPath}` : `mqtt://127.0.0.1:${broker.tcpPort}`;
      const clientId = role === 'home' ? `ha-${clients.length}` : role;
      const options = { clientId, username: role, password: passwords[role], reconnectPeriod: 0, ...over };
      const client = mqtt.connect(url, options);
      clients.push(client);
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.once('error', reject);
        client.once('close', () => reject(new Error('closed')));
      });
      client.on('error', () => {});
      return client;
    },
    async raw() {
      const socket = connect(broker.tcpPort, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
      return socket;
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await broker.close();
      remove();
    },
  };
}

/**
 * "At once", on a machine that may be busy with other tests: far below every timer that would end the case otherwise.
 * What it takes on a quiet machine is a millisecond or two.
 */
export const PROMPT_MS = 4000;

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until `check` gives something truthy, at most `limitMs`. */
export async function until<T>(what: string, check: () => T, limitMs = 3000): Promise<NonNullable<T>> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const value = check();
    if (value) return value;
    if (performance.now() > endMs) throw new Error(`timed out waiting for ${what}`);
    await sleep(5);
  }
}

export const closed = (socket: { once(event: 'close', listener: () => void): unknown; destroyed?: boolean }) =>
  socket.destroyed ? Promise.resolve() : new Promise<void>((resolve) => socket.once('close', () => resolve()));

export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

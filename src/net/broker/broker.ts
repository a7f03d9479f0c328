import { createHash, timingSafeEqual } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket, type Client, type PublishPacket } from 'aedes';
import { ROLES, type Role, topicPath } from '../../contract/topics.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { listen, listenUnix } from '../listen.ts';
import { perAddress } from '../per-address.ts';
import { refusedTeller, WHY } from '../refused.ts';
import { type Access, accessTable } from './acl.ts';
import { Gate } from './gate.ts';
import { BROKER_LIMITS, type BrokerLimits } from './limits.ts';
import { countRefusals } from './refusals.ts';

export interface BrokerOptions {
  unit: string;
  discoveryPrefix: string;
  /** By role. A role without one cannot connect. */
  passwords: Readonly<Record<string, string>>;
  tcp: { host: string; port: number };
  unixPath: string;
  log: Log;
  limits?: Partial<BrokerLimits>;
}

export interface Broker {
  tcpPort: number;
  /** How often each kind of refusal happened since the start. */
  refusals(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The second client id of net speaks to Home Assistant, with a last will of its own. */
const CLIENT_IDS: Record<Exclude<Role, 'home'>, readonly string[]> = {
  control: ['control'],
  compute: ['compute'],
  net: ['net', 'net-hass'],
  plant: ['plant'],
};
const RESERVED_IDS = new Set(Object.values(CLIENT_IDS).flat());
const MAX_CLIENT_ID_CHARS = 128;
const BAD_PASSWORD = 4;
const NOT_AUTHORISED = 5;

const digest = (text: string | Buffer) => createHash('sha256').update(text).digest();
const isRole = (name: string | undefined): name is Role => ROLES.includes(name as Role);

/** Opens the broker on both doors: our own processes by the unix socket, Home Assistant by TCP. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const limits = { ...BROKER_LIMITS, ...options.limits };
  const refusals = countRefusals(options.log);
  const aedes = await openAedes(options, limits, refusals.count);
  const open = new Set<Gate>();
  const doors = {
    own: perAddress({ all: limits.unixClients, each: () => limits.unixClients }),
    tcp: perAddress({ all: limits.tcpClients, each: () => limits.tcpClientsPerAddress }),
  };

  const accept = (socket: Socket, door: keyof typeof doors) => {
    const release = doors[door].enter(socket.remoteAddress ?? '');
    if (!release) {
      refusals.count('too many clients');
      socket.destroy();
      return;
    }
    const gate = new Gate(socket, limits, refusals.count);
    OWN_DOOR.set(gate, door === 'own');
    open.add(gate);
    gate.once('close', () => {
      open.delete(gate);
      release();
    });
    aedes.handle(gate);
  };

  const unix = createServer((socket) => accept(socket, 'own'));
  const tcp = createServer({ noDelay: true }, (socket) => accept(socket, 'tcp'));
  try {
    await listenUnix(unix, 'broker', options.unixPath);
    await listen(tcp, 'MQTT port', options.tcp);
  } catch (error) {
    await Promise.all([closeServer(unix), new Promise<void>((done) => aedes.close(() => done()))]);
    refusals.stop();
    throw error;
  }
  const address = tcp.address();
  return {
    tcpPort: typeof address === 'object' && address ? address.port : options.tcp.port,
    refusals: refusals.totals,
    async close() {
      const closed = Promise.all([closeServer(unix), closeServer(tcp)]);
      await new Promise<void>((done) => aedes.close(() => done()));
      for (const gate of open) gate.destroy();
      refusals.stop();
      await closed;
    },
  };
}

/** Which door a connection came through; the gate is what aedes calls `client.conn`. */
const OWN_DOOR = new WeakMap<object, boolean>();

const closeServer = (server: Server) => new Promise<void>((done) => server.close(() => done()));

async function openAedes(options: BrokerOptions, limits: BrokerLimits, refuse: (why: string) => void): Promise<Aedes> {
  const access = accessTable(options.unit, options.discoveryPrefix);
  const expected = new Map(Object.entries(options.passwords).map(([role, password]) => [role, digest(password)]));
  const roles = new WeakMap<Client, Role>();
  const aedes = await Aedes.createBroker({
    connectTimeout: limits.connectMs,
    keepaliveLimit: limits.keepaliveS,
    maxInflightInbound: 32,
    drainTimeout: limits.stalledMs,
    preConnect(_client, packet, done) {
      // Sessions that outlive their connection would queue messages without bound; nobody here needs one.
      packet.clean = true;
      const tooLong = (packet.clientId?.length ?? 0) > MAX_CLIENT_ID_CHARS;
      // Only an error closes the connection here; a plain `false` would leave it open without any timer.
      done(tooLong ? new Error('client id too long') : null, !tooLong);
    },
    authenticate(client, username, password, done) {
      const why = wrongCredentials(client, username, password, expected);
      if (!why && isRole(username)) {
        roles.set(client, username);
        return done(null, true);
      }
      refuse(why ?? 'unknown role');
      done(Object.assign(new Error(why), { returnCode: why === 'client id' ? NOT_AUTHORISED : BAD_PASSWORD }), false);
    },
    authorizePublish(client, packet, done) {
      const role = client && roles.get(client);
      const fault = role ? publishFault(access, role, packet) : NO_ROLE;
      if (fault) {
        refuse(fault.counted);
        // On other paths Home Assistant's own devices may speak; they mean nobody here.
        if (role === 'home' && packet.topic.startsWith('heatmine/'))
          tell(access.ruleOf(packet.topic)?.filter ?? 'other', packet.topic, fault.why);
        bury(packet, aedes.id);
      } else if (!access.ruleOf(packet.topic)?.retained) packet.retain = false;
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const role = roles.get(client);
      const count = Object.keys((client as Client & { subscriptions: object }).subscriptions).length;
      const ok = role && count < limits.subscriptionsPerClient && access.maySubscribe(role, subscription.topic);
      if (!ok) refuse('subscription');
      done(null, ok ? subscription : null);
    },
    authorizeForward(client, packet: AedesPublishPacket) {
      const role = roles.get(client);
      return role && access.mayRead(role, packet.topic) ? packet : null;
    },
  } as ConstructorParameters<typeof Aedes>[0]);
  const tell = refusedTeller((refused) => {
    const said = { topic: topicPath(options.unit, 'refused'), payload: Buffer.from(JSON.stringify(refused)) };
    aedes.publish({ cmd: 'publish', qos: 0, dup: false, retain: false, ...said }, () => {});
  });
  storeRetainedAtOnce(aedes);
  aedes.on('clientError', (_client, error) => options.log.debug({ err: messageOf(error) }, 'client error'));
  aedes.on('connectionError', (_client, error) => options.log.debug({ err: messageOf(error) }, 'connection error'));
  // Emitted by aedes but missing in its types.
  (aedes as EventEmitter).on('error', (error) => options.log.error({ err: messageOf(error) }, 'aedes'));
  return aedes;
}

/**
 * aedes 1.2.0 awaits the store of a retained message after having numbered it: the next message of the same burst overtakes
 * it, and it is dropped as a duplicate. The memory store is done when it returns, so it says so without a turn of the loop.
 */
function storeRetainedAtOnce(aedes: Aedes): void {
  const { persistence } = aedes as unknown as { persistence: { storeRetained(packet: unknown): PromiseLike<void> } };
  const store = persistence.storeRetained.bind(persistence);
  persistence.storeRetained = (packet) => {
    void store(packet);
    // biome-ignore lint/suspicious/noThenProperty: aedes only calls `then`, and must be answered synchronously
    return { then: (done: () => void) => done() } as PromiseLike<void>;
  };
}

function wrongCredentials(
  client: Client,
  username: string | undefined,
  password: Buffer | undefined,
  expected: Map<string, Buffer>,
): 'password' | 'client id' | undefined {
  const want = expected.get(username ?? '');
  // Both sides hashed: equal length, so the comparison takes the same time whatever was sent.
  if (!timingSafeEqual(digest(password ?? ''), want ?? digest('')) || !want || !password) return 'password';
  const own = OWN_DOOR.get(client.conn) === true;
  if (username === 'home') return own || RESERVED_IDS.has(client.id) ? 'client id' : undefined;
  const ids = CLIENT_IDS[username as keyof typeof CLIENT_IDS] ?? [];
  return own && ids.includes(client.id) ? undefined : 'client id';
}

interface PublishFault {
  /** For the log. */
  counted: string;
  /** For whoever sent it. */
  why: string;
}

const NO_ROLE: PublishFault = { counted: 'no role', why: WHY.notYours };

function publishFault(access: Access, role: Role, packet: PublishPacket): PublishFault | undefined {
  const rule = access.ruleOf(packet.topic);
  if (!rule?.senders.includes(role)) return { counted: `publish by ${role}`, why: rule ? WHY.notYours : WHY.noTopic };
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  const why = rule.fault(payload, role);
  return why === undefined ? undefined : { counted: `${rule.filter} by ${role}: ${why}`, why };
}

/** aedes closes a client whose publish it refuses. A refused message goes where nobody listens instead. */
function bury(packet: PublishPacket, brokerId: string): void {
  packet.topic = `$SYS/${brokerId}/refused`;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}

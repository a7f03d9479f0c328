import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import DHT from 'bittorrent-dht';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { type Identity, verifyBare } from '../identity.ts';
import { SHARDS, shardKey, shardOf } from '../topics.ts';
import { mayLead, type Reach } from '../wire/reach.ts';
import type { Announcement, Discovery, Found } from './discovery.ts';
import { createQueue } from './queue.ts';

export interface MainlineOptions {
  /** UDP, IPv4. */
  host: string;
  port: number;
  /** `host:port` of DHT nodes that let us in. None: the others come to us. */
  bootstrap: readonly string[];
  /** Those met before, who may let us in as well. */
  met?: readonly string[];
  /** Takes part in BitTorrent's own network as well, by its public routers. */
  isPublic: boolean;
  /** How far into our own network what it finds may lead. */
  reach: Reach;
  identity: Identity;
  reannounceMs?: number;
  expiryMs?: number;
  log: Log;
}

export interface Mainline extends Discovery {
  readonly port: number;
  /** The descriptor last put by this key, unverified; undefined when nobody keeps one. */
  resolve(publicKey: Buffer): Promise<Buffer | undefined>;
  /** DHT nodes known now, `host:port`. */
  nodes(): string[];
}

const REANNOUNCE_MS = 15 * 60_000;
const EXPIRY_MS = 30 * 60_000;
const MAX_FOUND = 256;
const SALT = Buffer.from('heatmine1');

/** BitTorrent's own DHT (BEP 5 for topics, BEP 44 for descriptors), a network apart unless `isPublic`. */
export async function openMainline(options: MainlineOptions): Promise<Mainline> {
  const { identity, log } = options;
  const bootstrap = [
    ...options.bootstrap,
    ...(options.isPublic ? ['router.bittorrent.com:6881', 'dht.transmissionbt.com:6881'] : []),
  ];
  const dht = new DHT({
    socket: guardedSocket(options, bootstrap),
    bootstrap,
    // With it our own announcements are found by those who ask us, and by ourselves while nobody else is there.
    host: options.host === '0.0.0.0' ? false : options.host,
    maxAge: options.expiryMs ?? EXPIRY_MS,
    maxPeers: 10_000,
    maxValues: 1000,
    verify: (signature, value, publicKey) => verifyBare(publicKey, value, signature),
  });
  dht.on('warning', (error) => log.debug({ err: messageOf(error) }, 'dht'));
  const { promise: listening, resolve: ready, reject } = Promise.withResolvers<void>();
  dht.on('error', (error) => {
    log.warn({ err: messageOf(error) }, 'dht');
    reject(new HeatmineError('PORT_IN_USE', `swarm: UDP port ${options.port} on ${options.host}: ${messageOf(error)}`));
  });
  dht.listen(options.port, options.host, ready);
  await listening;
  for (const at of options.met ?? []) dht.addNode(peerOf(at));

  let announced: Announcement | undefined;
  const announceNow = async () => {
    if (!announced) return;
    const { url, descriptor, onlyByRelay } = announced;
    const topics = onlyByRelay ? [] : announced.topics;
    const port = Number(new URL(url).port) || (url.startsWith('wss') ? 443 : 80);
    const shard = shardOf(identity.publicKey);
    const one = (begin: (done: (error: Error | null) => void) => void) =>
      // "No nodes to query" is what the first node of a network hears: it keeps its own records.
      new Promise<void>((resolve) => begin(() => resolve()));
    await Promise.all([
      ...topics.map((topic) => one((done) => announceFresh(dht, shardKey(topic, shard), port, done))),
      one((done) =>
        dht.put({ k: identity.publicKey, salt: SALT, seq: seqNow(), v: descriptor, sign: identity.signBare }, done),
      ),
    ]);
  };
  const timer = setInterval(() => void announceNow(), options.reannounceMs ?? REANNOUNCE_MS);
  timer.unref();

  return {
    name: 'mainline',
    port: dht.address().port,
    announce(what) {
      announced = what;
      return announceNow();
    },
    find: (topic, signal) => findShards(dht, topic, options.reach, signal),
    resolve(publicKey) {
      const key = createHash('sha1').update(publicKey).update(SALT).digest();
      return new Promise((resolve) => {
        dht.get(key, { salt: SALT, cache: false }, (_error, stored) => resolve(stored?.v));
      });
    },
    nodes: () => dht.toJSON().nodes.map(({ host, port }) => `${host}:${port}`),
    close() {
      clearInterval(timer);
      return new Promise((resolve) => dht.destroy(resolve));
    },
  };
}

function peerOf(at: string): { host: string; port: number } {
  const [host, port] = at.split(':');
  return { host: host!, port: Number(port) };
}

const seqNow = () => Math.floor(Date.now() / 1000);

/** All shards at once; the caller takes the first that come and stops: after churn the tail of a look-up takes seconds. */
async function* findShards(dht: DHT, topic: string, reach: Reach, signal: AbortSignal): AsyncGenerator<Found> {
  const keys = Array.from({ length: SHARDS }, (_, shard) => shardKey(topic, shard));
  const wanted = new Set(keys.map((key) => key.toString('hex')));
  const found = createQueue<Found>(MAX_FOUND);
  const onPeer = (peer: { host: string; port: number }, infoHash: Buffer) => {
    if (!wanted.has(infoHash.toString('hex'))) return;
    const url = `ws://${peer.host}:${peer.port}`;
    found.push(url, { url, reach });
  };
  dht.on('peer', onPeer);
  let open = keys.length;
  const aborts = keys.map((key) => dht.lookup(key, () => --open === 0 && found.end()));
  try {
    yield* found.values(signal);
  } finally {
    dht.off('peer', onPeer);
    for (const abort of aborts) abort();
  }
}

/** Looks up first: the library reuses the nodes it met in the last five minutes, which for a young network is too few. */
const announceFresh = (dht: DHT, key: Buffer, port: number, done: (error: Error | null) => void) =>
  void dht.lookup(key, () => dht.announce(key, port, done));

/** A datagram that the library chokes on must not end this process: it comes from anybody. */
function guardedSocket({ log, reach }: MainlineOptions, bootstrap: readonly string[]): Socket {
  const socket = createSocket('udp4');
  const send = socket.send.bind(socket) as (...args: unknown[]) => void;
  // Nodes of the DHT are strangers' words as well; those that the owner named are not.
  socket.send = (...args: unknown[]) => {
    const [, , , port, host, done] = args;
    const isNamed = bootstrap.includes(`${host}:${port}`);
    if (isNamed || typeof host !== 'string' || mayLead(`ws://${host}:${port}`, reach)) return send(...args);
    if (typeof done === 'function') process.nextTick(done as () => void);
  };
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string, ...args: unknown[]) => {
    try {
      return emit(event as 'message', ...(args as [never, never]));
    } catch (error) {
      if (event !== 'message') throw error;
      log.debug({ err: messageOf(error) }, 'dht: a datagram was refused');
      return true;
    }
  };
  return socket;
}

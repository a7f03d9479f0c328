import { echoCompute } from '../../../src/app/bench/swarm/echo-compute.ts';
import { tradeOf } from '../../../src/app/bench/swarm/sunny.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import type { Discovery } from '../../../src/net/swarm/discovery/discovery.ts';
import { freshIdentity, type Identity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { createRoom, mark, receiveRequest, SEALED, type Unsealer } from '../../../src/net/swarm/query.ts';
import { openUnsealer } from '../../../src/net/swarm/seal/ends.ts';
import { roomy } from '../../../src/net/swarm/shape.ts';
import { log, scratch } from '../helpers.ts';
import { testPeers } from './peers.ts';

/** A node in this process; what it reads under its seal is in `read`. */
export async function listener(host: string, settings: object, discoveries: Discovery[]) {
  const home = scratch();
  const inner = await openUnsealer(systemClock);
  const read: string[] = [];
  const sizes: number[] = [];
  const unsealer: Unsealer = {
    get key() {
      return inner.key;
    },
    async open(sealed) {
      const { request, seal } = await inner.open(sealed);
      read.push(Buffer.from(request).toString());
      sizes.push(sealed.length);
      const noting: typeof seal = async (bytes, isLast) => {
        const frame = await seal(bytes, isLast);
        sizes.push(frame.length);
        return frame;
      };
      return { request, seal: noting };
    },
  };
  const identity = freshIdentity();
  const started = await startNode({
    ...{ port: 0, identity, compute: await echoCompute(), unsealer, trade: await tradeOf(home.dir), log },
    ...{ config: SwarmConfig.parse({ join: true, host, ...settings }), random: seededRandom(1) },
    discoveries: async () => discoveries,
  });
  const close = async () => {
    await started.close();
    home.remove();
  };
  return { close, host, key: identity.id, url: `ws://${host}:${started.port}`, read, sizes };
}

/** A relay that answers sealed look-ups with whatever it likes. */
export async function liar(identity: Identity, host: string, says: () => unknown) {
  const unsealer = await openUnsealer(systemClock);
  const peers = await testPeers({
    ...{ identity, host, roles: ['relay'] },
    handlers: {
      async onOpen(stream, path) {
        if (path.length > 0) return stream.close('NO_WAY', 'it passes nothing on');
        const { seal } = await unsealer.open((await receiveRequest(stream, 5000, createRoom(1e6))).subarray(1));
        const reply = says() as never;
        await stream.send(mark(SEALED, await seal(roomy(Buffer.from(JSON.stringify(reply)), reply), true)), true);
      },
      onAsk: ({ id }) => ({ type: 'found', id, descriptors: [self()] }),
    },
  });
  const self = () =>
    signDescriptor(identity, {
      ...{ issuedS: Math.floor(Date.now() / 1000), relays: [], relay: true, experts: [], seal: unsealer.key },
      urls: [`ws://${host}:${peers.acceptor.port}`],
    }).toString('base64url');
  return { url: `ws://${host}:${peers.acceptor.port}`, end: peers.end };
}

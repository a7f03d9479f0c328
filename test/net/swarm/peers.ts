import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../../src/contract/wire.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { type AcceptOptions, acceptPeers } from '../../../src/net/swarm/wire/accept.ts';
import type { Connection, Handlers } from '../../../src/net/swarm/wire/connection.ts';
import { type DialOptions, dial } from '../../../src/net/swarm/wire/dial.ts';
import { SWARM_PATH } from '../../../src/net/swarm/wire/frames.ts';
import { log } from '../helpers.ts';

/** Says every frame of a stream back, and knows nobody. */
export const ECHO: Handlers = {
  async onOpen(stream) {
    try {
      for await (const frame of stream.frames()) await stream.send(frame);
      await stream.send(Buffer.alloc(0), true);
    } catch {
      // The test has closed the stream or the connection.
    }
  },
  onAsk: (frame) => ({ type: 'found', id: frame.id, descriptors: [] }),
};

/** An acceptor on loopback, with what was dialled to it; `end` closes all of it. */
export async function testPeers(options: Partial<AcceptOptions> = {}) {
  const identity = freshIdentity();
  const arrived: Connection[] = [];
  const acceptor = await acceptPeers({
    host: '127.0.0.1',
    port: 0,
    identity,
    roles: [],
    handlers: ECHO,
    onPeer: (connection) => arrived.push(connection),
    log,
    ...options,
  });
  const url = `ws://127.0.0.1:${acceptor.port}`;
  const raws: WebSocket[] = [];
  return {
    acceptor,
    identity: options.identity ?? identity,
    arrived,
    url,
    dial: (over: Partial<DialOptions> = {}) =>
      dial({ url, reach: 'owner', identity: freshIdentity(), handlers: ECHO, ...over }),
    /** A websocket that has said nothing yet. */
    async raw() {
      const socket = new WebSocket(`${url}${SWARM_PATH}`, SUBPROTOCOL);
      socket.on('error', () => {});
      raws.push(socket);
      await new Promise((resolve) => socket.once('open', resolve));
      return socket;
    },
    async end() {
      for (const socket of raws) socket.terminate();
      await acceptor.close();
    },
  };
}

/** What is left of a stream, as one buffer. */
export async function all(frames: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const frame of frames) parts.push(frame);
  return Buffer.concat(parts);
}

/** The code that this ends with. */
export const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'no error',
    (error) => (error as { code?: string }).code ?? String(error),
  );

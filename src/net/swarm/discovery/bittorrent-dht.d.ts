/** The part of bittorrent-dht 11 that we use; it brings no types of its own. */
declare module 'bittorrent-dht' {
  import type { EventEmitter } from 'node:events';

  interface Peer {
    host: string;
    port: number;
  }
  interface Stored {
    v: Buffer;
    seq?: number;
  }
  type Done = (error: Error | null) => void;
  export default class DHT extends EventEmitter {
    constructor(options: {
      bootstrap?: string[] | false;
      host?: string | false;
      socket?: import('node:dgram').Socket;
      maxAge?: number;
      maxPeers?: number;
      maxValues?: number;
      verify?: (signature: Buffer, value: Buffer, publicKey: Buffer) => boolean;
    });
    listen(port: number, host: string, onListening: () => void): void;
    address(): { port: number };
    addNode(node: Peer): void;
    toJSON(): { nodes: Peer[] };
    lookup(infoHash: Buffer, done: Done): () => void;
    announce(infoHash: Buffer, port: number, done: Done): void;
    put(
      options: { k: Buffer; salt: Buffer; seq: number; v: Buffer; sign: (bytes: Buffer) => Buffer },
      done: Done,
    ): void;
    get(
      key: Buffer,
      options: { salt: Buffer; cache: boolean },
      done: (error: Error | null, stored: Stored | null) => void,
    ): void;
    destroy(done: () => void): void;
  }
}

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type Bucket, tokenBucket } from '../buckets.ts';
import { type Framer, mqttFramer } from './frames.ts';
import type { BrokerLimits } from './limits.ts';

/**
 * The stream aedes gets instead of the socket. Inwards it counts packets and bytes and passes nothing on from a client
 * that breaks a limit. Outwards it never makes aedes wait, since one waiting subscriber holds up delivery to all: what a
 * slow reader has not taken stays in its socket's buffer, and beyond a bound the reader is cut.
 */
export class Gate extends Duplex {
  readonly #socket: Socket;
  readonly #limits: BrokerLimits;
  readonly #framer: Framer;
  readonly #packets: Bucket;
  readonly #bytes: Bucket;
  readonly #refuse: (why: string) => void;
  readonly #mute: NodeJS.Timeout;
  #stalled: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: BrokerLimits, refuse: (why: string) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#limits = limits;
    this.#refuse = refuse;
    this.#framer = mqttFramer(limits);
    this.#packets = tokenBucket(limits.packets, performance.now());
    this.#bytes = tokenBucket(limits.bytes, performance.now());
    socket.setKeepAlive(true, 60_000);
    socket.on('data', (chunk: Buffer) => this.#inwards(chunk));
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    socket.on('error', () => this.destroy());
    socket.on('drain', () => this.#drained());
    // aedes stops its own timer at the first byte of CONNECT it can parse; this one waits for the whole packet.
    this.#mute = setTimeout(() => !this.#framer.connected() && this.#cut('no CONNECT in time'), limits.connectMs);
  }

  #cut(why: string): void {
    if (this.destroyed) return;
    this.#refuse(why);
    this.destroy();
  }

  #inwards(chunk: Buffer): void {
    if (this.destroyed) return;
    const nowMs = performance.now();
    const seen = this.#framer.feed(chunk);
    if (!this.#bytes.take(chunk.length, nowMs)) this.#cut('too many bytes a second');
    else if ('fault' in seen) this.#cut(seen.fault);
    else if (!this.#packets.take(seen.packets, nowMs)) this.#cut('too many packets a second');
    else if (!this.push(chunk)) this.#socket.pause();
  }

  #drained(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#outwards([chunk]);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#outwards(chunks.map((c) => c.chunk));
    done();
  }

  #outwards(chunks: Buffer[]): void {
    if (this.#socket.destroyed) return;
    const flushed = this.#socket.write(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    if (flushed) return;
    if (this.#socket.writableLength > this.#limits.unreadBytes) this.#cut('reads too slowly');
    else this.#stalled ??= setTimeout(() => this.#cut('stopped reading'), this.#limits.stalledMs).unref();
  }

  override _final(done: () => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#mute);
    clearTimeout(this.#stalled);
    // What aedes wrote last (a refusing CONNACK) should still arrive, but a reader that never takes it must not keep us.
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 200).unref();
    done(error);
  }
}

/** The part of multicast-dns 7 that we use; it brings no types of its own. */
declare module 'multicast-dns' {
  import type { EventEmitter } from 'node:events';

  interface Answer {
    name: string;
    type: string;
    ttl?: number;
    data: unknown;
  }
  interface Mdns extends EventEmitter {
    query(question: { questions: { name: string; type: string }[] }, sent: (error?: Error | null) => void): void;
    respond(answer: { answers: Answer[] }, sent: (error?: Error | null) => void): void;
    destroy(done: () => void): void;
  }
  export default function mdns(options: { port?: number; bind?: string; interface?: string }): Mdns;
}

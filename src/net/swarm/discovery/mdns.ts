import multicastDns from 'multicast-dns';
import { messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Announcement, Discovery, Found } from './discovery.ts';
import { createQueue } from './queue.ts';

export interface MdnsOptions {
  /** 5353 but in tests. */
  port?: number;
  /** Address of the one interface to use; left out: all. */
  interface?: string;
  log: Log;
}

/** RFC 6763, with the topics as subtypes: `heating._sub._heatmine._tcp.local`. */
const SERVICE = '_heatmine._tcp.local';
const TTL_S = 120;
const MAX_FOUND = 64;
/** An answer in the LAN takes milliseconds; two questions, since multicast over Wi-Fi gets lost. */
const ASK_AGAIN_MS = 1000;
const LISTEN_MS = 3000;

const nameOf = (topic: string) => `${topic}._sub.${SERVICE}`;
interface Packet {
  questions?: { name: string }[];
  answers?: { name: string; type: string; data: unknown }[];
}

/** Nodes in the same LAN. Whoever answers is dialled at the address the packet came from: it cannot send us elsewhere. */
export async function openMdns({ port, interface: only, log }: MdnsOptions): Promise<Discovery> {
  const mdns = multicastDns({ port, interface: only, bind: '0.0.0.0' });
  mdns.on('warning', (error) => log.debug({ err: messageOf(error) }, 'mdns'));
  mdns.on('error', (error) => log.warn({ err: messageOf(error) }, 'mdns: nodes in the LAN are not found'));
  let announced: Announcement | undefined;
  mdns.on('query', ({ questions = [] }: Packet) => {
    const asked = announced?.topics.filter((topic) =>
      questions.some(({ name }) => name.toLowerCase() === nameOf(topic)),
    );
    if (!asked?.length) return;
    const answers = asked.map((topic) => ({
      ...{ name: nameOf(topic), type: 'SRV', ttl: TTL_S },
      data: { priority: 0, weight: 0, port: announced!.port, target: 'heatmine.local' },
    }));
    mdns.respond({ answers }, () => {});
  });
  return {
    name: 'mdns',
    announce: async (what) => {
      announced = what;
    },
    async *find(topic, signal) {
      const found = createQueue<Found>(MAX_FOUND);
      const name = nameOf(topic);
      const onResponse = ({ answers = [] }: Packet, from: { address: string }) => {
        for (const answer of answers) {
          const at = (answer.data as { port?: unknown } | null)?.port;
          if (answer.name.toLowerCase() !== name || answer.type !== 'SRV' || typeof at !== 'number' || at < 1) continue;
          const url = `ws://${from.address}:${at}`;
          // A packet from the LAN comes from where it says, or its answer goes astray.
          found.push(url, { url, reach: 'machine' });
        }
      };
      mdns.on('response', onResponse);
      const ask = () => mdns.query({ questions: [{ name, type: 'SRV' }] }, () => {});
      ask();
      const timers = [setTimeout(ask, ASK_AGAIN_MS), setTimeout(found.end, LISTEN_MS)];
      try {
        yield* found.values(signal);
      } finally {
        mdns.off('response', onResponse);
        for (const timer of timers) clearTimeout(timer);
      }
    },
    close: () => new Promise((resolve) => mdns.destroy(resolve)),
  };
}

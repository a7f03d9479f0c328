import type { Announcement, Discovery } from './discovery.ts';

/** Within one process: the reference that the others are held to, and for tests without a network. */
export function memoryNetwork(): () => Discovery {
  const announced = new Map<Discovery, Announcement>();
  return () => {
    const discovery: Discovery = {
      name: 'memory',
      announce: async (what) => void announced.set(discovery, what),
      async *find(topic, signal) {
        for (const { topics, url } of [...announced.values()]) {
          if (signal.aborted) return;
          if (topics.includes(topic)) yield { url, reach: 'machine' };
        }
      },
      close: async () => void announced.delete(discovery),
    };
    return discovery;
  };
}

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** In the state directory. */
export const MET_FILE = 'dht-nodes.json';
/** Most of yesterday's are gone today; a look-up asks twenty. */
const MOST = 64;
const FIRST_MS = 60_000;
const EVERY_MS = 15 * 60_000;

const Met = z.array(z.string().regex(/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/)).max(MOST);

/** DHT nodes met before, `host:port`, the latest first: they let us in again when those of config.yaml are gone. None where nothing is known. */
export function metBefore(file: string): string[] {
  try {
    return Met.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent or damaged: the configured ones have to do.
    return [];
  }
}

/** Writes down from time to time, and at `close`, whom we know: a node that is killed finds its way back, too. */
export function keepMet(file: string, nodes: () => string[]): { close(): void } {
  const keep = () => {
    const now = nodes();
    if (now.length === 0) return;
    const all = [...new Set([...now, ...metBefore(file)])].slice(0, MOST);
    try {
      writeFileSync(`${file}.new`, JSON.stringify(all), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // A full disk ends nobody's part in the swarm.
    }
  };
  const timers = [setTimeout(keep, FIRST_MS), setInterval(keep, EVERY_MS)];
  for (const timer of timers) timer.unref();
  return {
    close() {
      for (const timer of timers) clearTimeout(timer);
      keep();
    },
  };
}

import { HeatmineError } from '../../core/errors.ts';
import { SwarmConfig } from '../../core/swarm-config.ts';

/** What a stranger needs to come in: DHT nodes and relays. No secret: whoever reads it may join, and nobody is admitted by it. */
export interface Invite {
  bootstrap: string[];
  relays: { key: string; url: string }[];
}

const PREFIX = 'heatmine:1:';
const MOST = { bootstrap: 8, relays: 4 };

/** One line: `heatmine:1:` and base64url of `{"b":["host:port"],"r":[["key","url"]]}`. */
export function inviteLine({ bootstrap, relays }: Invite): string {
  const b = bootstrap.slice(0, MOST.bootstrap);
  const r = relays.slice(0, MOST.relays).map(({ key, url }) => [key, url]);
  return PREFIX + Buffer.from(JSON.stringify({ b, r })).toString('base64url');
}

/** Throws USAGE for a line that is cut or no invite. */
export function readInvite(line: string): Invite {
  const text = line.trim();
  const bad = () =>
    new HeatmineError(
      'USAGE',
      `"${text.slice(0, 40)}" is no whole invite line: it begins with ${PREFIX} and names somebody`,
    );
  if (!text.startsWith(PREFIX) || text.length > 4096) throw bad();
  try {
    const raw = JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8'));
    const relays = (raw.r as [string, string][]).map(([key, url]) => ({ key, url }));
    const parsed = SwarmConfig.parse({ bootstrap: raw.b, relays });
    if (parsed.bootstrap.length + parsed.relays.length > 0)
      return { bootstrap: parsed.bootstrap, relays: parsed.relays };
  } catch {
    // Told below: whatever is wrong with it, another line is what helps.
  }
  throw bad();
}

import { join } from 'node:path';
import { printable } from '../../core/printable.ts';
import { EXPERIENCE_FILE, openExperience, type Shunned } from '../../net/swarm/ask/experience.ts';
import type { Descriptor } from '../../net/swarm/descriptor.ts';
import { RELAY_TOPIC, TOPICS } from '../../net/swarm/topics.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { houseMinute, zoneOf } from '../house-clock.ts';
import { listOthers } from '../swarm-client.ts';

async function listPeers(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args);
  const portBase = numberOption(values['port-base'], 'port-base', 1024, 65_000);
  const nodes = await listOthers(paths, [...TOPICS, RELAY_TOPIC], portBase);
  const experience = openExperience(join(paths.state, EXPERIENCE_FILE));
  const withVerdict = nodes.map((node) => ({ ...node, shunned: experience.shuns(node.key) }));
  const zone = zoneOf(paths);
  if (json) print(JSON.stringify(withVerdict));
  else for (const { shunned, ...node } of withVerdict) print(peerLine(node, shunned, zone));
  if (nodes.length > 0) return 0;
  say('No other node answers. What you can do:');
  say('  heatmine join LINE    with a line that somebody in the swarm printed with `heatmine invite`');
  say('  swarm.host: 0.0.0.0   in config.yaml on two machines of one LAN: they find each other by mDNS');
  say("  swarm.mainline: true  finds nodes by BitTorrent's public DHT; your address is then seen there");
  return 1;
}

/** One node and what own audits found, the time in the zone of the house. */
export function peerLine(
  { key, urls, relays, relay, experts, sunshine }: Descriptor,
  shunned: Shunned | undefined,
  timeZone: string,
): string {
  const offers = experts.map(
    ({ id, topics, price }) => `${id} (${topics.join(', ')}; ${price ? `${price} µcr/Mtok` : 'free'})`,
  );
  const what = [...offers, ...(sunshine ? ['free watts now'] : []), ...(relay ? ['relay'] : [])].join(', ');
  const liar = shunned ? `  LIAR: ${shunned.why}; not asked until ${houseMinute(shunned.untilMs, timeZone)}` : '';
  // A stranger chose these words.
  return printable(`${key}  ${urls[0] ?? `through ${relays.map((r) => r.url).join(', ')}`}  ${what}${liar}`);
}

export const peers: Command = {
  name: 'peers',
  about: 'Lists nodes that answer now: each was found, dialled, and its signed word checked.',
  usage: 'heatmine peers [--json]',
  example: 'npm run -s heatmine -- peers',
  run: listPeers,
};

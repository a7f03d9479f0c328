import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { systemClock } from '../../core/clock.ts';
import { parseConfig } from '../../core/config.ts';
import { migratedText, migrateFile } from '../../core/config-file.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths } from '../../core/paths.ts';
import { type Invite, readInvite } from '../../net/swarm/invite.ts';
import { type Command, parseCommand, print, say } from '../command.ts';
import { runningPid } from '../preflight.ts';

async function joinSwarm(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args);
  const line = positionals[0];
  if (!line)
    throw new HeatmineError('USAGE', 'join with which line? Somebody in the swarm prints one with `heatmine invite`.');
  const invite = readInvite(line);
  ensurePaths(paths);
  // First, so that what was kept of an older file is the owner's, without the line.
  const migrated = existsSync(paths.config) ? migrateFile(paths.config, systemClock.wallMs()) : undefined;
  if (migrated) say(migratedText(migrated));
  const before = existsSync(paths.config) ? readFileSync(paths.config, 'utf8') : '';
  // What is wrong with it already is told as always, before anything is put into it.
  parseConfig(before, paths.config);
  const after = withInvite(before, invite);
  const { swarm } = parseConfig(after, paths.config);
  writeFileSync(`${paths.config}.new`, after);
  renameSync(`${paths.config}.new`, paths.config);
  if (json) print(JSON.stringify({ bootstrap: swarm.bootstrap, relays: swarm.relays }));
  else print(`${paths.config}: joined, ${swarm.bootstrap.length} DHT nodes and ${swarm.relays.length} relays known`);
  const isElsewhere = [...invite.bootstrap, ...invite.relays.map(({ url }) => new URL(url).host)].some(
    (at) => !at.startsWith('127.') && !at.startsWith('localhost:'),
  );
  if (isElsewhere && swarm.host.startsWith('127.'))
    say('swarm.host is this machine alone: others find this node only after swarm.host: 0.0.0.0 in config.yaml.');
  if (!swarm.serve) say('Strangers are not served: that is a question of its own, swarm.serve in docs/swarm.md.');
  if (runningPid(paths) !== undefined) say('Restart the unit: it reads its configuration once.');
  return 0;
}

/** The same text with the invite in it; comments stay. */
function withInvite(text: string, { bootstrap, relays }: Invite): string {
  const document = parseDocument(text);
  const known = document.toJS() as { swarm?: { bootstrap?: string[]; relays?: Invite['relays'] } } | null;
  const all = [...new Set([...(known?.swarm?.bootstrap ?? []), ...bootstrap])];
  const byKey = new Map([...(known?.swarm?.relays ?? []), ...relays].map((relay) => [relay.key, relay]));
  document.setIn(['swarm', 'join'], true);
  document.setIn(['swarm', 'bootstrap'], document.createNode(all));
  document.setIn(['swarm', 'relays'], document.createNode([...byKey.values()]));
  return document.toString();
}

export const join: Command = {
  name: 'join',
  about:
    'Joins the swarm: writes what the line names into config.yaml. This node then finds others and is found; it answers nobody until swarm.serve says so.',
  usage: 'heatmine join LINE [--json]',
  example: 'npm run -s heatmine -- join heatmine:1:eyJiIjpb…',
  run: joinSwarm,
};

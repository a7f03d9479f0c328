import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { systemClock } from '../../core/clock.ts';
import { parseConfig } from '../../core/config.ts';
import { migratedText, migrateFile } from '../../core/config-file.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import { CONSENTS, type ServeConfig, SwarmConfig } from '../../core/swarm-config.ts';
import { asTyped } from '../../core/words.ts';
import { type Invite, readInvite } from '../../net/swarm/invite.ts';
import { type Command, parseCommand, print, say } from '../command.ts';
import { withPerson } from '../config-ask.ts';
import { runningPid } from '../preflight.ts';
import { askServe, type Serving } from '../serve-ask.ts';
import { offerable } from '../served.ts';

const NOBODY_SERVED = 'Without all three nobody is served: nothing of it was written.';

async function joinSwarm(args: string[]): Promise<number> {
  const { positionals, paths, json, values } = parseCommand(args, { serve: { type: 'boolean' } }, 1);
  const line = positionals[0];
  if (!line && !values.serve)
    throw new HeatmineError('USAGE', 'join with which line? Somebody in the swarm prints one with `heatmine invite`.');
  const invite: Invite = line ? readInvite(line) : { bootstrap: [], relays: [] };
  ensurePaths(paths);
  // First, so that what was kept of an older file is the owner's, without the line.
  const migrated = existsSync(paths.config) ? migrateFile(paths.config, systemClock.wallMs()) : undefined;
  if (migrated) say(migratedText(migrated));
  const before = existsSync(paths.config) ? readFileSync(paths.config, 'utf8') : '';
  // What is wrong with it already is told as always, before anything is put into it.
  const { serve } = parseConfig(before, paths.config).swarm;
  const serving = values.serve ? await askToServe(paths, serve) : undefined;
  if (!line && !serving) {
    say(NOBODY_SERVED);
    return 0;
  }
  const after = withJoin(before, invite, serving);
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
  if (serving) say(`Strangers may ask ${serving.experts.join(', ')}.`);
  else if (values.serve) say(NOBODY_SERVED);
  else if (!swarm.serve) say(`Strangers are not served: that is a question of its own, ${asTyped('join --serve')}.`);
  if (runningPid(paths) !== undefined) say('Restart the unit: it reads its configuration once.');
  return 0;
}

/** At a terminal only: a consent is given by whoever reads what for. */
async function askToServe(paths: Paths, before: ServeConfig | undefined): Promise<Serving | undefined> {
  if (!process.stdin.isTTY)
    throw new HeatmineError(
      'USAGE',
      'join --serve asks at a terminal; without one write swarm.serve as docs/swarm.md says',
    );
  const defaults = SwarmConfig.parse({ serve: { accept: [...CONSENTS], fetched: true } }).serve!;
  return withPerson((person) => askServe(person, offerable(paths), before ?? defaults));
}

/** The same text with the invite, and who is served, in it; comments stay. */
function withJoin(text: string, { bootstrap, relays }: Invite, serving: Serving | undefined): string {
  const document = parseDocument(text);
  const known = document.toJS() as { swarm?: { bootstrap?: string[]; relays?: Invite['relays'] } } | null;
  const all = [...new Set([...(known?.swarm?.bootstrap ?? []), ...bootstrap])];
  const byKey = new Map([...(known?.swarm?.relays ?? []), ...relays].map((relay) => [relay.key, relay]));
  document.setIn(['swarm', 'join'], true);
  document.setIn(['swarm', 'bootstrap'], document.createNode(all));
  document.setIn(['swarm', 'relays'], document.createNode([...byKey.values()]));
  for (const [name, value] of Object.entries(serving ?? {}))
    document.setIn(['swarm', 'serve', name], document.createNode(value));
  return document.toString();
}

export const join: Command = {
  name: 'join',
  about:
    'Joins the swarm: writes what the line names into config.yaml. This node then finds others and is found; with --serve it asks what answering strangers takes (your power, liability, tax, which experts, how fast, the least price): until then nobody is answered.',
  usage: 'heatmine join LINE [--serve] [--json]',
  example: 'npm run -s heatmine -- join heatmine:1:eyJiIjpb…',
  run: joinSwarm,
};

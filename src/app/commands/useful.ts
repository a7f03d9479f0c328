import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { HeatmineError } from '../../core/errors.ts';
import { openRelayBook, RELAYS_FILE } from '../../net/swarm/ask/book.ts';
import { EXPERIENCE_FILE, openExperience } from '../../net/swarm/ask/experience.ts';
import { sealTo } from '../../net/swarm/seal/ends.ts';
import { tellUseful } from '../../net/swarm/useful/tell.ts';
import { dropToken, keptTokens, type Numbered, TOKEN_FILE } from '../../net/swarm/useful/token.ts';
import { type Command, numberOption, parseCommand, print } from '../command.ts';
import { openAsker } from '../swarm-client.ts';

async function run(args: string[]): Promise<number> {
  const { values, positionals, paths, json } = parseCommand(
    args,
    { direct: { type: 'boolean' } },
    Number.POSITIVE_INFINITY,
  );
  const [word, which, ...more] = positionals;
  if ((word !== 'yes' && word !== 'no') || more.length > 0) throw new HeatmineError('USAGE', 'useful what? yes or no');
  const wanted = numberOption(which, 'N', 1, 16);
  const file = join(paths.state, TOKEN_FILE);
  const { n, token } = choose(keptTokens(file, systemClock.wallMs()), wanted);
  const portBase = numberOption(values['port-base'], 'port-base', 1024, 65_000);
  const { config, discoveries, own } = await openAsker(paths, portBase);
  const sealed = { seal: sealTo(systemClock), privateMayBeNear: config.swarm.nearRelays };
  const experience = openExperience(join(paths.state, EXPERIENCE_FILE));
  const book = openRelayBook({ discoveries, file: join(paths.state, RELAYS_FILE) });
  const sealing = values.direct !== true && { sealed };
  const options = { discoveries, own, book, experience, random: Math.random, ...sealing };
  try {
    await tellUseful(options, token, word === 'yes').catch((error) => {
      if (error.code === 'TOKEN_REFUSED') dropToken(file, n);
      throw error;
    });
    dropToken(file, n);
  } finally {
    await Promise.all(discoveries.map((discovery) => discovery.close()));
  }
  const { node, expert } = token;
  print(json ? JSON.stringify({ node, expert, useful: word === 'yes' }) : `told ${node}: ${expert}, useful: ${word}`);
  return 0;
}

/** Throws TOKEN_REFUSED where there is none, USAGE where several are and no number was given. */
function choose(kept: readonly Numbered[], wanted: number | undefined): Numbered {
  const numbers = kept.map(({ n }) => n).join(', ');
  if (kept.length > 1 && wanted === undefined)
    throw new HeatmineError('USAGE', `which answer? \`heatmine useful yes N\`, N of ${numbers}`);
  const found = wanted === undefined ? kept[0] : kept.find(({ n }) => n === wanted);
  if (found) return found;
  const left = kept.length
    ? `no answer ${wanted} to tell of; there is ${numbers}`
    : 'no answer of the swarm to tell of';
  throw new HeatmineError('TOKEN_REFUSED', left);
}

export const useful: Command = {
  name: 'useful',
  about: `Tells the node that gave the last answer of \`ask --swarm\` whether it was of use: once, within two days, by a
token that it signed without seeing it. It cannot tell which of its answers is meant, and only its owner sees the count.
  N             of the answers that \`ask --dissent\` numbered; each can be told of
  --direct      without an entry relay: the node then sees your address`,
  usage: 'heatmine useful yes|no [N] [--direct] [--json]',
  example: 'npm run -s heatmine -- useful yes',
  run,
};

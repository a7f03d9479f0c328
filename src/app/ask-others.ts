import { join } from 'node:path';
import { sawLine } from '../contract/saw.ts';
import { systemClock } from '../core/clock.ts';
import { ensurePaths, type Paths } from '../core/paths.ts';
import { printable } from '../core/printable.ts';
import { askSwarm } from '../net/swarm/ask/asker.ts';
import { openExperience } from '../net/swarm/ask/experience.ts';
import { sealTo } from '../net/swarm/seal/ends.ts';
import { print, say } from './command.ts';
import { openAsker, topicsOf } from './swarm-client.ts';

export interface AskOthers {
  question: string;
  paths: Paths;
  json: boolean;
  /** Micro-credits per million answer tokens. */
  maxPrice: number;
  portBase: number | undefined;
  /** In the clear, straight to the expert; otherwise sealed, over an entry relay. */
  direct: boolean;
}

const SEALED =
  'sealed: the relay that you enter by sees your address, the node that answers your question; nobody sees both unless they tell each other';
const DIRECT =
  'direct: the node that answers sees your address and your question, its relay too, and on ws:// so does the line between';

/** `ask --swarm`: one question to whoever fits, the answer as it comes. Resolves with the exit code. */
export async function askOthers({ question, paths, json, maxPrice, portBase, direct }: AskOthers): Promise<number> {
  if (!json) say(direct ? DIRECT : SEALED);
  ensurePaths(paths);
  const { config, discoveries } = await openAsker(paths, portBase);
  const sealed = { seal: sealTo(systemClock), privateMayBeNear: config.swarm.nearRelays };
  const experience = openExperience(join(paths.state, 'experience.json'));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  try {
    const answer = await askSwarm(
      { discoveries, experience, random: Math.random, sealed: direct ? undefined : sealed },
      {
        messages: [{ role: 'user', content: question }],
        topics: await topicsOf(question),
        maxPrice,
        onStart: (expert, node) => !json && say(printable(`[${expert} of ${node}]`)),
        onChunk: (text) => !json && process.stdout.write(printable(text)),
        onRestart: (why) => !json && say(`\n[broke off: ${why}; another node begins anew]`),
        signal: stop.signal,
      },
    );
    const { meter, node, tries, way } = answer;
    if (json) print(JSON.stringify(answer));
    else {
      const wh = (meter.joules / 3600).toFixed(2);
      say(
        `\n[${meter.answerTokens} tokens, ${wh} Wh${meter.modelled ? ' modelled' : ''} there, by ${node}, try ${tries}]`,
      );
      say(sawLine(way, 'en'));
    }
    return 0;
  } finally {
    await Promise.all(discoveries.map((discovery) => discovery.close()));
  }
}

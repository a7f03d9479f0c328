import { join } from 'node:path';
import { sawLine } from '../contract/saw.ts';
import { systemClock } from '../core/clock.ts';
import { ensurePaths, type Paths } from '../core/paths.ts';
import { printable } from '../core/printable.ts';
import { askSwarm } from '../net/swarm/ask/asker.ts';
import { openRelayBook, RELAYS_FILE } from '../net/swarm/ask/book.ts';
import { askDissent } from '../net/swarm/ask/dissent.ts';
import { EXPERIENCE_FILE, openExperience } from '../net/swarm/ask/experience.ts';
import { quoteSwarm } from '../net/swarm/ask/quotes.ts';
import { openPurse } from '../net/swarm/pay/purse.ts';
import { sealTo } from '../net/swarm/seal/ends.ts';
import { topicsOfExpert } from '../net/swarm/topics.ts';
import { keepTokens, type Numbered, TOKEN_FILE } from '../net/swarm/useful/token.ts';
import { askedNotebook } from './asked.ts';
import { print, say } from './command.ts';
import { tellDissent } from './dissent.ts';
import { paidLine, paidOf, tellQuotes } from './paid.ts';
import { openAsker, topicsOf } from './swarm-client.ts';

export interface AskOthers {
  question: string;
  paths: Paths;
  json: boolean;
  /** Micro-credits per million answer tokens. */
  maxPrice: number;
  /** Only this one; left out: whichever fits. */
  expert: string | undefined;
  portBase: number | undefined;
  /** In the clear, straight to the expert; otherwise sealed, over an entry relay. */
  direct: boolean;
  economy: boolean;
  /** Only says who would answer, at what price. */
  quote: boolean;
  /** Left out: one answer. */
  dissent?: number | undefined;
}

const TELL =
  'was it of use? `heatmine useful yes` or `heatmine useful no` tells that node, once, and not which answer is meant';
const TELL_EACH =
  'were they of use? `heatmine useful yes 2` or `no 2` tells the node of answer 2, each once, and not which of its answers is meant';
const SEALED =
  'sealed: the relay that you enter by sees your address, the node that answers your question; nobody sees both unless they tell each other';
const DIRECT =
  'direct: the node that answers sees your address and your question, its relay too, on ws:// so does the line between; whoever is asked for experts sees your address and the topic';

/** `ask --swarm`: one question to whoever fits, the answer as it comes. Resolves with the exit code. */
export async function askOthers(asked: AskOthers): Promise<number> {
  const { question, expert, paths, json, maxPrice, portBase, direct } = asked;
  const topics = expert === undefined ? await topicsOf(question) : topicsOfExpert(expert);
  if (!json) say(direct ? DIRECT : SEALED);
  ensurePaths(paths);
  const { config, discoveries, own } = await openAsker(paths, portBase);
  const sealed = { seal: sealTo(systemClock), privateMayBeNear: config.swarm.nearRelays };
  const experience = openExperience(join(paths.state, EXPERIENCE_FILE));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const { wallMs } = systemClock;
  const purse = openPurse({ note: askedNotebook(paths, wallMs), wallMs });
  const book = openRelayBook({ discoveries, file: join(paths.state, RELAYS_FILE) });
  const options = { discoveries, own, book, experience, random: Math.random, purse, ...(!direct && { sealed }) };
  const wanted = {
    ...{ messages: [{ role: 'user' as const, content: question }], topics, expert, maxPrice },
    ...(asked.economy && { tier: 'economy' as const }),
    signal: stop.signal,
  };
  const keep = (tokens: readonly Numbered[]) => keepTokens(join(paths.state, TOKEN_FILE), tokens, wallMs());
  try {
    if (asked.quote) return tellQuotes(await quoteSwarm(options, wanted), json);
    if (asked.dissent) {
      const dissent = await askDissent(options, wanted, asked.dissent);
      const tokens = dissent.answers.flatMap(({ useful: token }, i) => (token ? [{ n: i + 1, token }] : []));
      keep(tokens);
      const code = tellDissent(dissent, json);
      if (!json && tokens.length) say(TELL_EACH);
      return code;
    }
    let text = '';
    const answer = await askSwarm(options, {
      ...wanted,
      onStart: (expert, node) => !json && say(printable(`[${expert} of ${node}]`)),
      onChunk: (chunk) => {
        text += chunk;
        if (!json) process.stdout.write(printable(chunk));
      },
      onRestart: (why) => {
        text = '';
        if (!json) say(`\n[broke off: ${why}; another node begins anew]`);
      },
    });
    const { useful, ...plain } = answer;
    const { meter, node, tries, way, paid } = plain;
    if (useful) keep([{ n: 1, token: useful }]);
    if (json) print(JSON.stringify({ text, ...plain, paid: paid && paidOf(paid) }));
    else {
      print('');
      const wh = (meter.joules / 3600).toFixed(2);
      say(
        `[${meter.answerTokens} tokens, ${wh} Wh${meter.modelled ? ' modelled' : ''} there, by ${node}, try ${tries}]`,
      );
      if (paid) say(paidLine(paid));
      say(sawLine(way, 'en'));
      if (useful) say(TELL);
    }
    return 0;
  } finally {
    await Promise.all(discoveries.map((discovery) => discovery.close()));
  }
}

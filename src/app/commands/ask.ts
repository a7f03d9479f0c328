import { HeatmineError } from '../../core/errors.ts';
import { askUnit } from '../../net/ask-client.ts';
import { askOthers } from '../ask-others.ts';
import { unitOf } from '../client.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';

/** What a descriptor may name. */
const MOST_EXPERT_CHARS = 64;

async function askQuestion(args: string[]): Promise<number> {
  const { values, positionals, paths, json } = parseCommand(
    args,
    {
      expert: { type: 'string' },
      url: { type: 'string' },
      swarm: { type: 'boolean' },
      'max-price': { type: 'string' },
      direct: { type: 'boolean' },
      economy: { type: 'boolean' },
      quote: { type: 'boolean' },
      dissent: { type: 'string' },
    },
    Number.POSITIVE_INFINITY,
  );
  const dissent = numberOption(values.dissent, 'dissent', 2, 5);
  if (dissent !== undefined && !Number.isInteger(dissent))
    throw new HeatmineError('USAGE', '--dissent takes a whole number from 2 to 5');
  const question = positionals.join(' ').trim();
  if (!question) throw new HeatmineError('USAGE', 'ask what? Give the question in quotes.');
  if (values.swarm === true || dissent !== undefined) {
    const maxPrice = numberOption(values['max-price'], 'max-price', 0, 1e9) ?? 0;
    const portBase = numberOption(values['port-base'], 'port-base', 1024, 65_000);
    const is = (name: 'direct' | 'economy' | 'quote') => values[name] === true;
    if (is('economy') && maxPrice === 0)
      throw new HeatmineError('USAGE', '--economy is a cheaper answer: name --max-price');
    const expert = values.expert === 'auto' ? undefined : (values.expert as string | undefined);
    if (expert === 'status')
      throw new HeatmineError('USAGE', 'status speaks of your own house, no other node serves it: leave --swarm out');
    if (expert === '' || (expert?.length ?? 0) > MOST_EXPERT_CHARS)
      throw new HeatmineError('USAGE', '--expert takes an id as `heatmine experts search` lists it');
    return askOthers({
      question,
      expert,
      paths,
      json,
      maxPrice,
      portBase,
      direct: is('direct'),
      economy: is('economy'),
      quote: is('quote'),
      dissent,
    });
  }
  return askHere(
    (values.url as string | undefined) ?? unitOf(paths).url,
    question,
    values.expert as string | undefined,
    json,
  );
}

/** Asks this unit, or the one at the address. */
async function askHere(url: string, question: string, expert: string | undefined, json: boolean): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let [text, why] = ['', ''];
  const end = await askUnit({
    url,
    question,
    expert,
    signal: stop.signal,
    onStart: (start) => {
      why = start.why;
      if (!json) say(`[${start.expert}] ${why}`);
    },
    onChunk: (chunk) => {
      text += chunk;
      if (!json) process.stdout.write(chunk);
    },
  });
  if (json) {
    const { finish, meter } = end;
    print(JSON.stringify({ text, why, finish, meter }));
    return 0;
  }
  print('');
  const { meter } = end;
  const wh = (meter.joules / 3600).toFixed(2);
  say(
    `[${meter.answerTokens} tokens, ${wh} Wh${meter.modelled ? ' modelled' : ''} of heat for the house, ${meter.cardSeconds.toFixed(1)} s of the card]`,
  );
  return 0;
}

export const ask: Command = {
  name: 'ask',
  about:
    'Asks an expert over the websocket that remote peers use. The answer streams to standard output.\n  --expert ID   that one; with --swarm of whoever gives it, as `heatmine experts search` lists them\n  --url         of a unit elsewhere, such as http://192.168.1.20:8700\n  --swarm       units of others; free, unless --max-price names the micro-credits that a million tokens may cost\n  --economy     half the price, only while free watts are there (with --max-price)\n  --quote       who would answer, at what price and when; the question itself is not sent\n  --direct      without an entry relay: whoever answers then sees your address\n  --dissent N   asks several nodes of the swarm and shows the N answers that differ most',
  usage:
    'heatmine ask "QUESTION" [--expert ID] [--url http://HOST:PORT] [--json]\n       heatmine ask --swarm [--expert ID] [--direct] [--max-price N [--economy]] [--quote] [--dissent N] "QUESTION"',
  example: 'npm run -s heatmine -- ask "why is my flow too low?"',
  run: askQuestion,
};

import { HeatmineError } from '../../core/errors.ts';
import { askUnit } from '../../net/ask-client.ts';
import { unitOf } from '../client.ts';
import { type Command, parseCommand, print, say } from '../command.ts';

async function askQuestion(args: string[]): Promise<number> {
  const { values, positionals, paths, json } = parseCommand(args, {
    expert: { type: 'string' },
    url: { type: 'string' },
  });
  const question = positionals.join(' ').trim();
  if (!question) throw new HeatmineError('USAGE', 'ask what? Give the question in quotes.');
  const url = (values.url as string | undefined) ?? unitOf(paths).url;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const end = await askUnit({
    url,
    question,
    expert: values.expert as string | undefined,
    signal: stop.signal,
    onStart: (start) => !json && say(`[${start.expert}] ${start.why}`),
    onChunk: (text) => !json && process.stdout.write(text),
  });
  if (json) {
    print(JSON.stringify(end));
    return 0;
  }
  const { meter } = end;
  const wh = (meter.joules / 3600).toFixed(2);
  say(
    `\n[${meter.answerTokens} tokens, ${wh} Wh${meter.modelled ? ' modelled' : ''} of heat for the house, ${meter.cardSeconds.toFixed(1)} s of the card]`,
  );
  return 0;
}

export const ask: Command = {
  name: 'ask',
  about: 'Asks an expert over the websocket that remote peers use. The answer streams to standard output.',
  usage: 'heatmine ask "QUESTION" [--expert ID] [--url http://HOST:PORT] [--json]',
  example: 'npm run -s heatmine -- ask "why is my flow too low?"',
  run: askQuestion,
};

import { createLog } from '../../core/log.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { OPENED_WITHIN_MIN, runTour } from '../tour/tour.ts';

const LASTS_S = 90;

async function playTour(args: string[]): Promise<number> {
  const { values, json } = parseCommand(args, { seconds: { type: 'string' }, port: { type: 'string' } });
  const lastsS = numberOption(values.seconds, 'seconds', 1, 3600) ?? LASTS_S;
  const port =
    numberOption(values.port, 'port', 0, 65_535) ?? numberOption(values['port-base'], 'port-base', 1024, 65_000) ?? 0;
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  let url = '';
  const seen = await runTour({
    lastsS,
    port,
    log: createLog('tour', 'error'),
    signal: stop.signal,
    ready(at) {
      url = at;
      if (json) print(JSON.stringify({ url }));
      else
        print(
          `Open ${url} in a browser: the tour begins there, lasts ${lastsS} s (longer on a slow machine) and ends by itself. Ctrl-C ends it now.`,
        );
    },
    tell({ title, caption, speed, chapter, chapters, over }, { houseTimeMs }) {
      const houseTime = new Date(houseTimeMs).toISOString();
      if (json) return print(JSON.stringify({ chapter, houseTime, speed, title: title.en, caption: caption.en, over }));
      const head = over ? 'The end' : `${chapter} of ${chapters}, ${title.en}, ${speed} times faster (simulated)`;
      say(`${head}: ${caption.en}`);
    },
  });
  if (seen || stop.signal.aborted) return 0;
  say(
    `Nobody opened ${url} within ${OPENED_WITHIN_MIN} min, so the tour has ended. On a board without a screen: choose a --port, and on your own machine \`ssh -L PORT:127.0.0.1:PORT BOARD\` brings it to your browser.`,
  );
  return 1;
}

export const tour: Command = {
  name: 'tour',
  about:
    'Plays a January day, a cloudburst and a compressor failure on the page: the real control program and the simulated plant, in fast motion, in a process of its own. Nothing of a unit that runs here is touched.',
  usage: 'heatmine tour [--seconds 90] [--port N] [--json]',
  example: 'npm run -s heatmine -- tour',
  run: playTour,
};

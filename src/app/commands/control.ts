import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { ForeignHouse } from '../../contract/foreign-house.ts';
import { type Known, knownOf } from '../../control/foreign/known.ts';
import { MAX_LINE_CHARS } from '../../control/foreign/line.ts';
import { foreignStart } from '../../control/foreign/state.ts';
import { foreignStep } from '../../control/foreign/step.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { parseStrict } from '../../core/strict-file.ts';
import { type Command, parseCommand } from '../command.ts';

function readHouse(file: string): Known {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new HeatmineError('CONFIG_INVALID', `cannot read ${file}: ${messageOf(error)}`);
  }
  return knownOf(parseStrict(ForeignHouse, text, file));
}

/** Lines of a stream; of one that is too long only the beginning is kept, enough for it to be refused as such. */
export async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let held = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const parts = chunk.split('\n');
    for (const part of parts.slice(0, -1)) {
      yield (held + part).replace(/\r$/, '');
      held = '';
    }
    if (held.length <= MAX_LINE_CHARS) held += parts.at(-1)!;
  }
  if (held !== '') yield held;
}

/** One answer line per line, each written before the next is read; ends with 0 at the end of input. */
async function overPipe(known: Known): Promise<number> {
  let state = foreignStart(known);
  let open = true;
  // A plant that stops reading has ended; there is nobody left to answer.
  process.stdout.on('error', () => {
    open = false;
  });
  for await (const line of linesOf(process.stdin)) {
    if (!open) break;
    const step = foreignStep(known, state, line);
    state = step.state;
    if (!process.stdout.write(`${JSON.stringify(step.out)}\n`))
      await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
  }
  return 0;
}

async function run(args: string[]): Promise<number> {
  const { values } = parseCommand(args, { plant: { type: 'string' }, house: { type: 'string' } });
  if (values.plant !== 'stdio')
    throw new HeatmineError(
      'USAGE',
      `--plant stdio is the plant there is${values.plant ? `, not "${values.plant}"` : ''}`,
    );
  return overPipe(values.house === undefined ? knownOf({}) : readHouse(String(values.house)));
}

export const control: Command = {
  name: 'control',
  about:
    'Controls a foreign plant over a pipe: one JSON line per step in, one out; docs/foreign-plant.md has the protocol. house.json says what is known of the house; what it leaves out is estimated, then learnt.',
  usage: 'heatmine control --plant stdio [--house house.json]',
  example:
    'python3 my_plant.py  # starts `npm run -s heatmine -- control --plant stdio --house house.json` and talks to it',
  run,
};

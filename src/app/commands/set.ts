import { DEFAULT_SETPOINTS, type SetPoints } from '../../contract/messages.ts';
import { didYouMean } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';

const NAMES = Object.keys(DEFAULT_SETPOINTS);

function typed(name: keyof SetPoints, text: string): string | number | boolean {
  const like = DEFAULT_SETPOINTS[name];
  if (typeof like === 'number') return Number(text);
  if (typeof like === 'boolean') return text === 'true' || text === 'on' || text === '1';
  return text;
}

async function setPoint(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args);
  const [name, text] = positionals;
  if (!name || text === undefined) throw new HeatmineError('USAGE', `set which? ${NAMES.join(', ')}`);
  if (!NAMES.includes(name)) {
    const meant = didYouMean(name, NAMES);
    throw new HeatmineError(
      'USAGE',
      `no set-point "${name}"${meant ? `, did you mean "${meant}"?` : `; there are ${NAMES.join(', ')}`}`,
    );
  }
  const response = await fetch(`${unitOf(paths).url}/api/set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, value: typed(name as keyof SetPoints, text), by: 'command line' }),
    signal: AbortSignal.timeout(5000),
  });
  const answer = (await response.json()) as { setPoints?: SetPoints; error?: { message: string } };
  if (!response.ok || !answer.setPoints)
    throw new HeatmineError('VALUE_RANGE', answer.error?.message ?? `refused with ${response.status}`);
  print(json ? JSON.stringify(answer.setPoints) : `${name} is ${answer.setPoints[name as keyof SetPoints]}`);
  return 0;
}

export const set: Command = {
  name: 'set',
  about: `Changes a set-point: ${NAMES.join(', ')}. Prints the value that took effect.`,
  usage: 'heatmine set NAME VALUE [--json]',
  example: 'npm run -s heatmine -- set roomSetC 21.5',
  run: setPoint,
};

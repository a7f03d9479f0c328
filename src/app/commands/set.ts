import { DEFAULT_SETPOINTS, type SetPoints } from '../../contract/messages.ts';
import { HeatmineError } from '../../core/errors.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { setPoint, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';

const NAMES = Object.keys(DEFAULT_SETPOINTS);

const ON_OFF: Record<string, boolean> = { on: true, true: true, '1': true, off: false, false: false, '0': false };

/** The text as the kind of its set-point; a comma will do for a decimal point. */
export function typed(name: keyof SetPoints, text: string): string | number | boolean {
  const like = DEFAULT_SETPOINTS[name];
  if (typeof like === 'number') {
    const value = Number(text.replace(',', '.'));
    if (text.trim() === '' || Number.isNaN(value))
      throw new HeatmineError('USAGE', `${name} takes a number, not "${text}"`);
    return value;
  }
  if (typeof like === 'boolean') {
    const value = ON_OFF[text.toLowerCase()];
    if (value === undefined) throw new HeatmineError('USAGE', `${name} is on or off, not "${text}"`);
    return value;
  }
  return text;
}

async function runSet(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args, {}, 2);
  const [name, text] = positionals;
  if (!name) throw new HeatmineError('USAGE', `set which? ${NAMES.join(', ')}`);
  if (!NAMES.includes(name)) {
    const meant = didYouMean(name, NAMES);
    throw new HeatmineError(
      'USAGE',
      `no set-point "${name}"${meant ? `, did you mean "${meant}"?` : `; there are ${NAMES.join(', ')}`}`,
    );
  }
  if (text === undefined) throw new HeatmineError('USAGE', `set ${name} to what?`);
  const value = typed(name as keyof SetPoints, text);
  const effective = await setPoint(unitOf(paths).url, name, value);
  print(json ? JSON.stringify(effective) : `${name} is ${effective[name as keyof SetPoints]}`);
  return 0;
}

export const set: Command = {
  name: 'set',
  about: `Changes a set-point: ${NAMES.join(', ')}. Prints the value that took effect.`,
  usage: 'heatmine set NAME VALUE [--json]',
  example: 'npm run -s heatmine -- set roomSetC 21.5',
  run: runSet,
};

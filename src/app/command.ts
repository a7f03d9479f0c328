import { parseArgs } from 'node:util';
import { HeatmineError } from '../core/errors.ts';
import { type Paths, pathsOf } from '../core/paths.ts';
import { didYouMean } from '../core/strict-file.ts';
import { asTyped } from '../core/words.ts';

/** Talk goes to standard error, data to standard output. */
export const say = (line: string) => process.stderr.write(`${line}\n`);
export const print = (line: string) => process.stdout.write(`${line}\n`);

export interface Command {
  name: string;
  about: string;
  usage: string;
  example: string;
  /** Resolves with the exit code: 0 well, 1 found something wrong, 2 could not be done as asked. */
  run(args: string[]): Promise<number>;
}

type Option = { type: 'string' | 'boolean'; default?: string | boolean };
const GLOBAL = { home: { type: 'string' }, json: { type: 'boolean' }, 'port-base': { type: 'string' } } as const;

export interface Parsed {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
  paths: Paths;
  json: boolean;
}

/**
 * Options of a command on top of the global ones, and at most so many words beside them: what would be left out is
 * refused. An unknown option names the one that was probably meant.
 */
export function parseCommand(args: string[], options: Record<string, Option> = {}, words = 0): Parsed {
  const { values, positionals } = parsed(args, { ...GLOBAL, ...options });
  const over = positionals[words];
  if (over !== undefined) throw new HeatmineError('USAGE', `what is "${over}" for? Words with blanks stand in quotes.`);
  const typed = values as Parsed['values'];
  return { values: typed, positionals, paths: pathsOf(typed.home as string | undefined), json: typed.json === true };
}

function parsed(args: string[], all: Record<string, Option>) {
  try {
    return parseArgs({ args, options: all, allowPositionals: true, strict: true });
  } catch (error) {
    const unknown = /Unknown option '(--?[^']+)'/.exec((error as Error).message)?.[1];
    const meant = unknown ? didYouMean(unknown.replace(/^-+/, ''), Object.keys(all)) : undefined;
    throw new HeatmineError(
      'USAGE',
      unknown ? `unknown option ${unknown}${meant ? `, did you mean --${meant}?` : ''}` : (error as Error).message,
    );
  }
}

/** A number option inside its range, or a USAGE error that says so. */
export function numberOption(
  value: string | boolean | undefined,
  name: string,
  min: number,
  max: number,
): number | undefined {
  if (value === undefined) return undefined;
  const n = Number(value);
  if (!Number.isFinite(n) || n < min || n > max)
    throw new HeatmineError('USAGE', `--${name} takes a number from ${min} to ${max}, not "${value}"`);
  return n;
}

/** What follows once a home has its configuration: to be typed as it stands, also where the home is not the usual one. */
export function nextSteps({ home }: Paths): string {
  const there = home === pathsOf().home ? '' : ` --home ${home}`;
  return `next: ${asTyped(`config check${there}`)}, ${asTyped(`doctor${there}`)}, then \`npm start${there && ` --${there}`}\``;
}

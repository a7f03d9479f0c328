import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { HeatmineError } from '../core/errors.ts';
import { type Answer, type Answers, defaultOf, faultOf, machineZone, QUESTIONS, typed } from './config-init.ts';

/** Somebody at a terminal. */
export interface Person {
  /** One line; `unseen` is not shown while it is typed. Throws USAGE when they have gone. */
  ask(prompt: string, unseen?: boolean): Promise<string>;
  tell(line: string): void;
}

/** Asks on standard error; lines typed ahead count. Ctrl-C or Ctrl-D: USAGE. */
export async function withPerson<T>(use: (person: Person) => Promise<T>): Promise<T> {
  let isUnseen = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isUnseen) process.stderr.write(chunk);
      done();
    },
  });
  // Where a long question wraps, readline must know it.
  Object.defineProperty(output, 'columns', { get: () => process.stderr.columns });
  const input = createInterface({ input: process.stdin, output, terminal: true });
  input.on('SIGINT', () => input.close());
  const lines = input[Symbol.asyncIterator]();
  try {
    return await use({
      async ask(prompt, unseen = false) {
        input.setPrompt(prompt);
        input.prompt();
        isUnseen = unseen;
        const { value, done } = await lines.next();
        isUnseen = false;
        if (unseen) process.stderr.write('\n');
        if (done) throw new HeatmineError('USAGE', 'broken off: nothing was written');
        return value;
      },
      tell: (line) => void process.stderr.write(`  ${line}\n`),
    });
  } finally {
    input.close();
  }
}

const shown = (value: Answer | undefined) =>
  value === undefined ? 'none' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;

/** One question until its answer will do; Enter takes `given`. Undefined where that is nothing. */
export async function askOne(
  person: Person,
  { path, text }: { path: string; text: string },
  given: Answer | undefined,
): Promise<Answer | undefined> {
  for (;;) {
    const line = await person.ask(`${text} [${shown(given)}]: `);
    if (line.trim() === '') return given;
    const value = typed(path, line);
    const fault = faultOf(path, value);
    if (fault === undefined) return value;
    person.tell(fault);
  }
}

/** Whether it is so, in words of its own; Enter takes `given`. */
export const askYes = async (person: Person, text: string, given: boolean): Promise<boolean> =>
  (await askOne(person, { path: 'swarm.join', text: `${text} yes or no` }, given)) === true;

/** Asks all that `known` does not answer yet, in the order in which they stand. */
export async function askAll(person: Person, known: Answers): Promise<Map<string, Answer>> {
  const answers = new Map(known);
  for (const question of QUESTIONS) {
    const { path, when } = question;
    if (answers.has(path) || when?.(answers) === false) continue;
    const answer = await askOne(person, question, suggested(path));
    if (answer !== undefined) answers.set(path, answer);
  }
  return answers;
}

/** What Enter takes: the schema's default, but of this machine its own time zone. */
export const suggested = (path: string): Answer | undefined =>
  (path === 'house.comfort.timeZone' ? machineZone() : undefined) ?? defaultOf(path);

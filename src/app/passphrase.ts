import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { HeatmineError } from '../core/errors.ts';

/** From the first line of `file`, or typed unseen at the terminal. Undefined where there is neither. */
export async function readPassphrase(file: string | undefined, question: string): Promise<string | undefined> {
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').split('\n')[0]!.trimEnd();
    } catch (error) {
      throw new HeatmineError('USAGE', `--passphrase-file ${file}: ${(error as Error).message}`);
    }
  }
  if (!process.stdin.isTTY) return undefined;
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await input.question('');
  } finally {
    input.close();
    process.stderr.write('\n');
  }
}

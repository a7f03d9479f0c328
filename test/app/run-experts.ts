import { experts } from '../../src/app/commands/experts.ts';
import { HeatmineError } from '../../src/core/errors.ts';

/** `heatmine experts` in this process: standard output, exit code, and the error it ended with. */
export async function heatmine(home: string, ...args: string[]) {
  const write = process.stdout.write;
  let out = '';
  process.stdout.write = ((text: string) => {
    out += text;
    return true;
  }) as typeof write;
  try {
    const code = await experts.run([...args, '--home', home]);
    return { code, out, error: undefined };
  } catch (error) {
    if (!(error instanceof HeatmineError)) throw error;
    return { code: 2, out, error };
  } finally {
    process.stdout.write = write;
  }
}

import { spawn } from 'node:child_process';

const ESCAPE = '\u001b';
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

/**
 * Runs a command at a terminal (script(1) of util-linux) and answers what it asks: to a question that a pattern fits its
 * answers in turn, to all others, and once they are used up, Enter. Resolves with all that stood on the screen.
 */
export async function atTerminal(
  args: readonly string[],
  script: readonly (readonly [question: RegExp, ...answers: string[]])[],
): Promise<{ said: string; code: number | null }> {
  const command = [process.execPath, entry, ...args].join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const left = script.map(([question, ...answers]) => ({ question, answers }));
  let said = '';
  let asked = 0;
  child.stdout.on('data', (data) => {
    said += data;
    // Readline clears the rest of the screen, writes its prompt and sets the cursor behind it.
    const prompts = said
      .split(`${ESCAPE}[0J`)
      .slice(1)
      .map((rest) => rest.split(ESCAPE))
      .filter(({ length }) => length > 1);
    for (const [prompt] of prompts.slice(asked)) {
      const answer = left.find(({ question, answers }) => answers.length > 0 && question.test(prompt!));
      const text = answer?.answers.shift() ?? '';
      child.stdin.write(text === '\u0004' ? text : `${text}\n`);
    }
    asked = prompts.length;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { said, code };
}

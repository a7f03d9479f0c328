import { createInterface } from 'node:readline/promises';
import type { Commission } from '../../contract/commission.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { asTyped } from '../../core/words.ts';
import { fetchState, setPoint, unitOf } from '../client.ts';
import { type Command, parseCommand, print, say } from '../command.ts';

const POLL_MS = 1000;
/** All checks together take some 50 minutes of house time; nothing heard for this long means that control is gone. */
const SILENT_MS = 30_000;
/** By hand, by a service manager, by a terminal that was closed. */
const END_BY = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The rows as a table for people; each that is not in order with what to do. */
export function commissionTable({ rows }: Commission): string {
  const width = Math.max(...rows.map((r) => r.check.length), 5);
  return rows
    .flatMap((r) => [
      `${r.result}  ${r.check.padEnd(width)}  ${r.measured}`,
      ...(r.remedy ? [`      ${' '.repeat(width)}  -> ${r.remedy}`] : []),
    ])
    .join('\n');
}

/** Waits for the end of the checks; tells each as it begins. */
async function watch(url: string): Promise<Commission> {
  let told: string | null = null;
  let heardMs = performance.now();
  for (;;) {
    const control = (await fetchState(url).catch(() => undefined))?.control;
    if (control) heardMs = performance.now();
    if (performance.now() - heardMs > SILENT_MS)
      throw new HeatmineError(
        'NOT_RUNNING',
        'control has not been heard for 30 s; outputs are as its dead-man left them',
      );
    const commission = control?.commission;
    if (commission?.running && commission.running !== told) {
      told = commission.running;
      say(`checking: ${told} …`);
    }
    if (told !== null && commission?.finished) return commission;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Machines begin to move: somebody must have said that they may. Throws USAGE. */
async function confirm(): Promise<void> {
  const what =
    'pumps, valves, accelerator and compressor are run one by one for about 50 minutes, and the house is not heated';
  if (!process.stdin.isTTY) throw new HeatmineError('USAGE', `${what}; say --yes when nobody works on the machine`);
  const input = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await input.question(`${what}. Does nobody work on the machine? Type yes to begin: `).catch(() => '');
  input.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new HeatmineError('USAGE', 'nothing was moved');
}

async function runCommission(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, { yes: { type: 'boolean' } });
  const { url } = unitOf(paths);
  const { control } = await fetchState(url);
  if (!control) throw new HeatmineError('NOT_RUNNING', 'the control loop has not reported yet; try again in a second');
  if (!values.yes) await confirm();
  const { operation, operationAfter } = control.setPoints;
  const before = operation === 'commission' ? operationAfter : operation;
  const stop = () =>
    void setPoint(url, 'operation', before)
      .then(
        () => say(`the checks ended here: the unit's operation is ${before} again`),
        (error) => say(`the checks go on, ${asTyped(`set operation ${before}`)} ends them: ${messageOf(error)}`),
      )
      .finally(() => process.exit(2));
  for (const signal of END_BY) process.once(signal, stop);
  await setPoint(url, 'operation', 'commission');
  try {
    const found = await watch(url);
    print(json ? JSON.stringify(found.rows) : commissionTable(found));
    return found.rows.some((r) => r.result === 'FAIL') ? 1 : 0;
  } finally {
    for (const signal of END_BY) process.off(signal, stop);
    await setPoint(url, 'operation', before);
  }
}

export const commission: Command = {
  name: 'commission',
  about:
    'Checks pumps, flow meters, valve strokes and the order of sensors by driving them one by one, and prints what was measured. Ends with 1 when a check fails. Control does this only in operation `commission`, which the command switches on and back.',
  usage: 'heatmine commission [--yes] [--json]',
  example: 'npm run -s heatmine -- commission --yes',
  run: runCommission,
};

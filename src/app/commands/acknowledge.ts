import { acknowledgeFaults, fetchState, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';

async function runAcknowledge(args: string[]): Promise<number> {
  const { paths, json } = parseCommand(args);
  const { url } = unitOf(paths);
  const latches = (await fetchState(url)).control?.latches ?? [];
  if (latches.length > 0) await acknowledgeFaults(url);
  if (json) print(JSON.stringify({ lifted: latches }));
  else if (latches.length === 0) print('nothing is latched');
  else for (const { id, text } of latches) print(`lifted  ${id.padEnd(5)} ${text}`);
  return 0;
}

export const acknowledge: Command = {
  name: 'acknowledge',
  about:
    'Lifts faults that stay until a person has mended them. One whose cause is still there stays, and is told; five times a day are enough.',
  usage: 'heatmine acknowledge [--json]',
  example: 'npm run -s heatmine -- acknowledge',
  run: runAcknowledge,
};

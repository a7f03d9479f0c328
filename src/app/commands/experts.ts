import { HeatmineError } from '../../core/errors.ts';
import { fetchState, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';

async function listExperts(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args);
  if (positionals[0] !== 'ls') throw new HeatmineError('USAGE', 'there is `heatmine experts ls`');
  const { compute } = await fetchState(unitOf(paths).url);
  const experts = compute?.experts ?? [];
  if (json) print(JSON.stringify(experts));
  else {
    for (const expert of experts) {
      const size = `${(expert.sizeBytes / 1024).toFixed(0)} KiB`;
      const verdict = expert.passes ? 'passes its test' : `FAILS its test${expert.note ? `: ${expert.note}` : ''}`;
      print(
        `${expert.id.padEnd(12)} ${size.padStart(9)}  ${expert.resident ? 'in memory' : 'on disk  '}  ${expert.title}; ${verdict}`,
      );
    }
  }
  return experts.length ? 0 : 1;
}

export const experts: Command = {
  name: 'experts',
  about: 'Lists the experts on this box: size, whether in memory, and whether each passed its held-out test.',
  usage: 'heatmine experts ls [--json]',
  example: 'npm run -s heatmine -- experts ls',
  run: listExperts,
};

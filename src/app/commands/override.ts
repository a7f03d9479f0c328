import type { Override } from '../../contract/comfort.ts';
import {
  isGroup,
  OVERRIDE_GROUPS,
  OVERRIDE_KINDS,
  OVERRIDE_MIN,
  type OverrideKind,
} from '../../contract/override-kinds.ts';
import { HeatmineError } from '../../core/errors.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { askOverride, fetchState, unitOf } from '../client.ts';
import { type Command, numberOption, parseCommand, print } from '../command.ts';

const MIN_OF = { min: 1, h: 60, d: 1440 } as const;

function minutesOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(min|h|d)$/.exec(text);
  if (!match) throw new HeatmineError('USAGE', `--for takes a time such as 90min, 3h or 1d, not "${text}"`);
  return Number(match[1]) * MIN_OF[match[2] as keyof typeof MIN_OF];
}

function kindOf(word: string): string {
  const known: readonly string[] = [...OVERRIDE_KINDS, ...OVERRIDE_GROUPS];
  if (known.includes(word)) return word;
  const meant = didYouMean(word, known);
  throw new HeatmineError(
    'USAGE',
    `no wish "${word}"${meant ? `, did you mean "${meant}"?` : `; there are ${known.join(', ')}`}`,
  );
}

const lines = (overrides: readonly Override[]) =>
  overrides.length === 0
    ? ['none in force']
    : overrides.map((o) => `${o.kind.padEnd(15)} ${Math.ceil(o.leftS / 60)} min left, asked by ${o.by}: ${o.text}`);

async function runOverride(args: string[]): Promise<number> {
  const options = { for: { type: 'string' }, by: { type: 'string' } } as const;
  const { positionals, values, paths, json } = parseCommand(args, options, 2);
  const { url } = unitOf(paths);
  const [word, second] = positionals;
  const end = word === 'end';
  let overrides: Override[];
  if (word === undefined) overrides = (await fetchState(url)).control?.overrides ?? [];
  else {
    const kind = kindOf(end ? (second ?? 'all') : word);
    if (isGroup(kind) && !end) throw new HeatmineError('USAGE', `\`override end ${kind}\` ends them`);
    const forMin = end
      ? 0
      : values.for === undefined
        ? OVERRIDE_MIN[kind as OverrideKind]
        : minutesOf(String(values.for));
    const byK = numberOption(values.by, 'by', 0.5, 5);
    overrides = await askOverride(url, { kind, forMin, ...(byK !== undefined && { byK }) });
  }
  if (json) print(JSON.stringify(overrides));
  else for (const line of lines(overrides)) print(line);
  return 0;
}

export const override: Command = {
  name: 'override',
  about: `A wish that ends by itself: ${OVERRIDE_KINDS.join(', ')}. Alone it lists what is in force, with its cost; \`override end [KIND]\` ends it.`,
  usage: 'heatmine override [KIND | end [KIND]] [--for 3h] [--by 1.5] [--json]',
  example: 'npm run -s heatmine -- override warmer --for 3h',
  run: runOverride,
};

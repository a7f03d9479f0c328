import type { Override } from '../../contract/comfort.ts';
import {
  isGroup,
  OVERRIDE_BY_K,
  OVERRIDE_GROUPS,
  OVERRIDE_KINDS,
  OVERRIDE_MAX_MIN,
  OVERRIDE_MIN,
  type OverrideGroup,
  type OverrideKind,
} from '../../contract/override-kinds.ts';
import { durationText } from '../../control/comfort/overrides.ts';
import { HeatmineError } from '../../core/errors.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { askOverride, fetchState, unitOf } from '../client.ts';
import { type Command, numberOption, parseCommand, print } from '../command.ts';

const MIN_OF = { min: 1, h: 60, d: 1440 } as const;

function minutesOf(text: string, kind: OverrideKind): number {
  const match = /^(\d+(?:\.\d+)?)(min|h|d)$/.exec(text);
  const minutes = match ? Number(match[1]) * MIN_OF[match[2] as keyof typeof MIN_OF] : Number.NaN;
  const most = OVERRIDE_MAX_MIN[kind];
  if (minutes > 0 && minutes <= most) return minutes;
  const days = most / MIN_OF.d;
  throw new HeatmineError(
    'USAGE',
    `--for takes a time such as 90min, 3h or 1d, for ${kind} ${days}d at most, not "${text}"; \`override end ${kind}\` ends it`,
  );
}

function kelvinsOf(value: string | boolean | undefined, kind: OverrideKind): number | undefined {
  if (value === undefined || kind in OVERRIDE_BY_K) return numberOption(value, 'by', 0.5, 5);
  throw new HeatmineError('USAGE', `--by is of ${Object.keys(OVERRIDE_BY_K).join(' and ')}; ${kind} has no kelvins`);
}

function kindOf(word: string): OverrideKind | OverrideGroup {
  const known = [...OVERRIDE_KINDS, ...OVERRIDE_GROUPS];
  const kind = known.find((each) => each === word);
  if (kind) return kind;
  const meant = didYouMean(word, known);
  throw new HeatmineError(
    'USAGE',
    `no wish "${word}"${meant ? `, did you mean "${meant}"?` : `; there are ${known.join(', ')}`}`,
  );
}

const lines = (overrides: readonly Override[]) =>
  overrides.length === 0
    ? ['none in force']
    : overrides.map((o) => `${o.kind.padEnd(15)} ${durationText(o.leftS)} left, asked by ${o.by}: ${o.text}`);

async function runOverride(args: string[]): Promise<number> {
  const options = { for: { type: 'string' }, by: { type: 'string' } } as const;
  const { positionals, values, paths, json } = parseCommand(args, options, args.includes('end') ? 2 : 1);
  const { url } = unitOf(paths);
  const [word, second] = positionals;
  let overrides: Override[];
  if (word === undefined) overrides = (await fetchState(url)).control?.overrides ?? [];
  else if (word === 'end') overrides = await askOverride(url, { kind: kindOf(second ?? 'all'), forMin: 0 });
  else {
    const kind = kindOf(word);
    if (isGroup(kind) || second) throw new HeatmineError('USAGE', `\`override end ${kind}\` ends it`);
    const forMin = values.for === undefined ? OVERRIDE_MIN[kind] : minutesOf(String(values.for), kind);
    const byK = kelvinsOf(values.by, kind);
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

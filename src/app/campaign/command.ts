import { numberOption, parseCommand, print, say } from '../command.ts';
import { type CampaignResult, campaign } from './campaign.ts';
import { coverageTable, missing } from './coverage.ts';
import { faultKinds } from './faults.ts';
import { CELLS } from './scenes.ts';
import { storyOf } from './trace.ts';

const OPTIONS = {
  campaign: { type: 'boolean' },
  seed: { type: 'string' },
  cases: { type: 'string' },
  minutes: { type: 'string' },
  scene: { type: 'string' },
} as const;
const DEFAULT_CASES = 480;
const MAX_FINDINGS = 20;
const TELL_EVERY_MS = 30_000;
const LISTED = 60;

/** What has not been seen, as far as it fits. */
function listed(none: readonly string[]): string {
  if (none.length === 0) return '';
  const more = none.length > LISTED ? ` and ${none.length - LISTED} more` : '';
  return `; never: ${none.slice(0, LISTED).join(', ')}${more}`;
}

function report(result: CampaignResult, seed: number, wallS: number): string {
  const { coverage, findings, scenes, notReached } = result;
  const kinds = faultKinds();
  const none = missing(coverage, kinds);
  const rules = new Map<string, number>();
  for (const { violation } of findings) rules.set(violation.rule, (rules.get(violation.rule) ?? 0) + 1);
  return [
    coverageTable(coverage, kinds),
    '',
    `seed ${seed}: ${coverage.faults} faults in ${coverage.windows} windows of +-5 min at 10 Hz, ${scenes} scenes (${notReached} did not reach their phase)`,
    `${kinds.length} kinds of faults x ${CELLS.length} modes and phases: ${none.cellsOf - none.cells.length} of ${none.cellsOf} cells seen${listed(none.cells)}`,
    `pairs at the same time: ${none.pairsOf - none.pairs.length} of ${none.pairsOf} of groups${listed(none.pairs)}, ${coverage.pairs.size} of ${(kinds.length * (kinds.length - 1)) / 2} of kinds`,
    `${wallS.toFixed(0)} s, ${(coverage.faults / Math.max(0.001, wallS)).toFixed(1)} faults/s`,
    `violations  ${findings.length ? [...rules].map(([rule, n]) => `${rule} (${n})`).join('; ') : 'none'}`,
  ].join('\n');
}

/** `heatmine sim --campaign`: faults of every kind in every phase. Exit code 1 when a rule was broken. Throws USAGE. */
export async function campaignCommand(args: string[]): Promise<number> {
  const { values, json } = parseCommand(args, OPTIONS);
  const seed = numberOption(values.seed, 'seed', 0, 2 ** 31) ?? 1;
  const first = numberOption(values.scene, 'scene', 0, 1e9) ?? 0;
  const minutes = numberOption(values.minutes, 'minutes', 0.01, 1e5);
  const windows = numberOption(values.cases, 'cases', 1, 1e9) ?? (minutes === undefined ? DEFAULT_CASES : undefined);
  const startedMs = performance.now();
  let toldMs = startedMs;
  let told = 0;
  const result = campaign({
    seed,
    first,
    ...(windows === undefined ? {} : { windows }),
    ...(minutes === undefined ? {} : { untilMs: startedMs + minutes * 60_000, nowMs: () => performance.now() }),
    maxFindings: MAX_FINDINGS,
    onScene(scene, { coverage, findings }) {
      for (; told < findings.length; told++) say(storyOf(findings[told]!));
      if (performance.now() - toldMs < TELL_EVERY_MS) return;
      toldMs = performance.now();
      say(`scene ${scene}: ${coverage.faults} faults, ${findings.length} violations`);
    },
  });
  const wallS = (performance.now() - startedMs) / 1000;
  if (json) {
    const { coverage, ...rest } = result;
    const counts = Object.fromEntries(coverage.counts);
    print(JSON.stringify({ seed, wallS, faults: coverage.faults, windows: coverage.windows, counts, ...rest }));
  } else print(report(result, seed, wallS));
  return result.findings.length > 0 ? 1 : 0;
}

import { parseArgs } from 'node:util';
import { MODES, SetPoints } from '../../contract/messages.ts';
import { Config, loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { pathsOf } from '../../core/paths.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { type CosimResult, cosimulate } from '../cosim.ts';
import { dayTeller } from '../day-teller.ts';

const OPTIONS = {
  days: { type: 'string', default: '7' },
  seed: { type: 'string' },
  dt: { type: 'string', default: '1' },
  start: { type: 'string' },
  demand: { type: 'string', default: '0' },
  set: { type: 'string', multiple: true },
  home: { type: 'string' },
  json: { type: 'boolean' },
} as const;

function numberOf(text: string, name: string, min: number, max: number): number {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n) || n < min || n > max) {
    throw new HeatmineError('USAGE', `--${name} takes a number from ${min} to ${max}, not "${text}"`);
  }
  return n;
}

/** `a.b=value` into nested objects: what --set may change is what config.yaml may say, and `setPoints.*`. */
function assign(target: Record<string, unknown>, setting: string): void {
  const at = setting.indexOf('=');
  if (at < 1) throw new HeatmineError('USAGE', `--set takes name=value, not "${setting}"`);
  const path = setting.slice(0, at).split('.');
  const text = setting.slice(at + 1);
  const value =
    text === 'true' || text === 'false' ? text === 'true' : Number.isFinite(Number(text)) ? Number(text) : text;
  let node = target;
  for (const part of path.slice(0, -1)) {
    node[part] ??= {};
    const next = node[part];
    if (typeof next !== 'object' || next === null) throw new HeatmineError('USAGE', `--set: "${part}" has no parts`);
    node = next as Record<string, unknown>;
  }
  node[path.at(-1)!] = value;
}

function settingsOf(settings: readonly string[], base: Config): { config: Config; setPoints: Partial<SetPoints> } {
  const tree = structuredClone(base) as unknown as Record<string, unknown>;
  for (const setting of settings) assign(tree, setting);
  const { setPoints: wished = {}, ...rest } = tree;
  const setPoints = SetPoints.partial().strict().safeParse(wished);
  if (!setPoints.success) {
    throw new HeatmineError(
      'USAGE',
      `--set setPoints: ${setPoints.error.issues[0]?.message} (mode is ${MODES.join(', ')})`,
    );
  }
  const config = Config.safeParse(rest);
  if (config.success) {
    const given = Object.entries(setPoints.data).filter(([, v]) => v !== undefined);
    return { config: config.data, setPoints: Object.fromEntries(given) };
  }
  const issue = config.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parent = issue.path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)?.[key], base);
  const meant = unknown && typeof parent === 'object' && parent ? didYouMean(unknown, Object.keys(parent)) : undefined;
  throw new HeatmineError(
    'USAGE',
    `--set ${issue.path.join('.')}: ${issue.message}${meant ? `, did you mean "${meant}"?` : ''}`,
  );
}

/** A rounded nought has no minus. */
const kwh = (value: number) => `${(Number(value.toFixed(1)) || 0).toFixed(1).padStart(9)} kWh`;

/** The summary people read. */
export function tableOf(r: CosimResult, days: number, seed: number): string {
  const unsafe = Object.entries(r.unsafeS).filter(([, s]) => s > 0);
  const violations = Object.entries(r.violations);
  return [
    `simulated   ${days} d, seed ${seed}, ${r.steps} steps in ${r.wallS.toFixed(1)} s; weather: ${r.weather} (all of it is a model)`,
    '',
    `heat        heat pump    ${kwh(r.heatPumpKwh)}`,
    `            accelerator  ${kwh(r.accelHeatKwh)}`,
    `            backup       ${kwh(r.backupKwh)}`,
    `            rejected     ${kwh(r.rejectedKwh)}`,
    `            cooled       ${kwh(r.cooledKwh)}`,
    `electricity compressor   ${kwh(r.compressorKwh)}`,
    `            accelerator  ${kwh(r.accelKwh)}`,
    `            pumps, fans  ${kwh(r.auxKwh)}`,
    `            household    ${kwh(r.householdKwh)}`,
    `            sun          ${kwh(r.pvKwh)}`,
    `            bought, sold ${kwh(r.importKwh)} ${kwh(r.exportKwh)}`,
    `COP         ${r.cop === null ? '-' : r.cop.toFixed(2)}`,
    `cost        ${r.costEur.toFixed(2)} EUR for all electricity of the house`,
    `comfort     ${r.coldKh.toFixed(1)} K·h too cold, ${r.warmKh.toFixed(1)} K·h too warm`,
    `compressor  ${r.starts} starts, ${r.defrosts} defrosts`,
    `safety      ${unsafe.length ? unsafe.map(([s, t]) => `${s} ${Math.round(t)} s`).join(', ') : 'S0 throughout'}`,
    `violations  ${violations.length ? violations.map(([name, n]) => `${name} (${n})`).join(', ') : 'none'}`,
    `ledger      ${r.ledgerErrorPct.toExponential(1)} % of the energy unaccounted for`,
    `command log sha256 ${r.commandLog}`,
  ].join('\n');
}

/** `heatmine sim`: days of a house in seconds. Exit code 0; 1 when a limit of the machine was broken. Throws USAGE. */
export async function simCommand(args: string[]): Promise<number> {
  if (args.includes('--campaign')) return (await import('../campaign/command.ts')).campaignCommand(args);
  let values: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
  try {
    values = parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new HeatmineError('USAGE', (error as Error).message);
  }
  const days = numberOf(values.days, 'days', 0.001, 3660);
  const dtS = numberOf(values.dt, 'dt', 0.1, 900);
  const demandW = numberOf(values.demand, 'demand', 0, 20_000);
  const base = loadConfig(pathsOf(values.home).home);
  const { config, setPoints } = settingsOf(values.set ?? [], base);
  if (values.seed !== undefined) config.sim.seed = numberOf(values.seed, 'seed', -(2 ** 31), 2 ** 31);
  if (values.start !== undefined) {
    if (Number.isNaN(Date.parse(values.start)))
      throw new HeatmineError('USAGE', `--start takes a date, not "${values.start}"`);
    config.sim.startsAt = new Date(values.start).toISOString();
  }
  const tell = dayTeller(days, process.stderr, () => performance.now());
  const result = cosimulate({ config, days, dtS, setPoints, demandW, onDay: tell.onDay });
  tell.end();
  const { seed } = config.sim;
  process.stdout.write(
    values.json ? `${JSON.stringify({ days, seed, dtS, ...result })}\n` : `${tableOf(result, days, seed)}\n`,
  );
  return Object.keys(result.violations).length > 0 ? 1 : 0;
}

/** As the command line lists it. */
export const sim = {
  name: 'sim',
  about:
    'Simulates days or a year in fast motion and prints heat, electricity, cost and comfort.\n  --dt S        seconds of a step\n  --demand W    what askers would have computed, all the time\n  --set         a value of config.yaml, or of setPoints; as often as you like\n  --campaign    faults drawn by the seed instead; --scene repeats one that was told',
  usage:
    'heatmine sim [--days 7] [--seed 1] [--dt 1] [--start 2025-01-15] [--demand WATTS] [--set house.designLoadW=9000] [--set setPoints.mode=cooling] [--json]\n       heatmine sim --campaign [--seed 1] [--cases 480 | --minutes 10] [--scene 0] [--json]',
  example: 'npm run -s sim -- --days 7 --seed 1',
  run: simCommand,
};

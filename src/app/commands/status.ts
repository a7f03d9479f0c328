import { SENSORS } from '../../contract/points.ts';
import { observedLine, todayLine } from '../../contract/today-line.ts';
import { unitOf as unitOfName } from '../../contract/units.ts';
import { type Config, loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { Paths } from '../../core/paths.ts';
import { fetchState, type State, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';
import { houseMinute } from '../house-clock.ts';
import { priceLines } from '../price-text.ts';
import { notHere, notHereText } from '../served.ts';

const SAFETY_WORDS = {
  S0: 'all well',
  S1: 'derated: the accelerator is held back',
  S2: 'accelerator off, pumps run on',
  S3: 'heat pump stopped',
  S4: 'all off by the dead-man chain',
} as const;

/** Beside the first reason: who else has a say in what the unit does now. */
const SAID_ALSO = new Set(['operation', 'emergencyHeat', 'commission', 'grid', 'sgReady']);

const watts = (w: number) => (Math.abs(w) >= 1000 ? `${(w / 1000).toFixed(2)} kW` : `${Math.round(w) || 0} W`);
/** Without the minus of a rounded zero. */
const fixed = (x: number, decimals: number) => (Number(x.toFixed(decimals)) || 0).toFixed(decimals);
const orDash = (x: number | null, decimals: number) => (x === null ? '-' : fixed(x, decimals));
const IDLE_W = 20;

function heatLine({ heat, heatNeedW, simulated }: NonNullable<State['control']>): string {
  const label = (simulated ? 'heat (modelled)' : 'heat').padEnd(12);
  const idle = [heat.condenserW, heat.accelW, heat.rejectedW].every((w) => Math.abs(w) < IDLE_W);
  const flows = `${watts(heat.condenserW)} heat pump + ${watts(heat.accelW)} accelerator, ${watts(heat.rejectedW)} rejected`;
  return `${label} ${idle ? 'idle' : flows}; needed ${watts(heatNeedW)}`;
}

function meterLines({ energy, meters: m }: NonNullable<State['control']>): string[] {
  const plain = m.plainPumpTodayEur === null ? '' : `; a plain heat pump: ${fixed(m.plainPumpTodayEur, 2)} EUR`;
  return [
    `energy      ${fixed(energy.heatKwh, 2)} kWh heat, of it ${fixed(energy.accelHeatKwh, 2)} from compute`,
    `COP         now ${m.copNow === null ? 'idle' : fixed(m.copNow, 2)}, today ${orDash(m.copDay, 2)}, this year ${orDash(m.copYear, 2)} (with fan and circulation pump, without accelerator and backup heater)`,
    `cost today  ${orDash(m.costTodayEur, 2)} EUR for all that the unit draws${plain}`,
  ];
}

/** The state as lines of text, times in the zone of the house; what is modelled says so. */
export function statusLines({ control, compute, plant, prices, today, timeZone }: State): string[] {
  if (!control) return ['The control loop has not reported yet; try again in a second.'];
  const lines = [
    control.reasons[0]?.text ?? '',
    ...control.reasons.filter((r) => SAID_ALSO.has(r.what)).map((r) => r.text),
    ...(today ? [todayLine(today, 'en')] : []),
    ...(control.observed ? [observedLine(control.observed, 'en')] : []),
    '',
    `mode        ${control.setPoints.mode}, now ${control.action}; safety ${control.safety}: ${SAFETY_WORDS[control.safety]}${control.latched ? ' (latched: needs a person)' : ''}`,
    heatLine(control),
    `compute     granted ${watts(control.grantW)}${compute ? `, ${compute.tokensPerS.toFixed(0)} tokens/s, ${compute.answered} answer${compute.answered === 1 ? '' : 's'}, unpaid ${watts(compute.fillerW)} (${compute.card.count} x ${compute.card.name}${compute.card.modelled ? ', modelled' : ''})` : ', compute has not reported'}`,
    ...(compute ? [`gate        ${compute.gate.reason.text}`] : []),
    ...meterLines(control),
  ];
  lines.push(...priceLines(control.price, prices, timeZone));
  if (plant)
    lines.push(
      `house       ${houseMinute(plant.timeMs, timeZone)} house time, speed x${plant.speed}, ${plant.weather.source} (modelled)`,
    );
  lines.push('');
  for (const [name, point] of Object.entries(control.sensors)) {
    const unit = unitOfName(name);
    const value = point.value === null ? '-' : point.value.toFixed(unit?.decimals ?? 1);
    const flaw = point.quality === 'good' ? '' : `  ${point.quality}${point.reason ? `: ${point.reason}` : ''}`;
    lines.push(
      `  ${name.padEnd(16)} ${value.padStart(8)} ${(unit?.symbol ?? '').padEnd(6)} ${SENSORS[name as keyof typeof SENSORS].label}${flaw}`,
    );
  }
  lines.push(
    `\n  loop: tick ${control.tick}, late p50 ${control.lateness.p50Ms.toFixed(1)} / p99 ${control.lateness.p99Ms.toFixed(1)} / max ${control.lateness.maxMs.toFixed(1)} ms, real-time priority ${control.lateness.realtime ? 'yes' : 'no'}`,
  );
  return lines;
}

/** Undefined where the file is refused just now: the unit then runs with the last good one. */
function configOf(paths: Paths): Config | undefined {
  try {
    return loadConfig(paths.home);
  } catch (error) {
    if (error instanceof HeatmineError) return undefined;
    throw error;
  }
}

async function showStatus(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, { watch: { type: 'boolean' } });
  const { url } = unitOf(paths);
  const config = configOf(paths);
  const show = async () => {
    const [state, missing] = await Promise.all([fetchState(url), config ? notHere(paths, config) : []]);
    const lines = [...statusLines(state), ...(missing.length ? ['', notHereText(missing)] : [])];
    if (values.watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
    print(json ? JSON.stringify({ ...state, ...(missing.length && { notHere: missing }) }) : lines.join('\n'));
    return state.control && !state.control.latched && state.control.safety === 'S0' ? 0 : 1;
  };
  let code = await show();
  while (values.watch) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    code = await show();
  }
  return code;
}

export const status: Command = {
  name: 'status',
  about: 'Shows what the unit does now. Ends with 1 when it is not all well.',
  usage: 'heatmine status [--watch] [--json]',
  example: 'npm run -s heatmine -- status --watch',
  run: showStatus,
};

import type { PidGains } from '../../control/pid.ts';
import { tuneFrom } from '../../control/tune/autotune.ts';
import { designPid, maxSensitivity } from '../../control/tune/design.ts';
import type { ProcessModel } from '../../control/tune/model.ts';
import { relayStart, relayStep } from '../../control/tune/relay.ts';
import { seededRandom } from '../../core/random.ts';
import { say } from '../command.ts';
import { describe, gaussian, livePlant, NOISE_K, processes, respondTo, sampleS, totalS } from './pid-plants.ts';
import { amigoRule, esphomeRelay, esphomeRule, simcRule } from './pid-rules.ts';
import type { Bench, Figure } from './table.ts';

const RANDOM_PROCESSES = 20;
const IAE_LIMIT = 1.15;
const MS_LIMIT = 1.6;
const OVERSHOOT_LIMIT = 0.05;

/** Swings of the measurement that the experiments may make, K, and what the output may do. */
const SWING_K = 1;
const OUTPUT_MAX = 5;
const SWINGS = 14;

function autotuned(process: ProcessModel, noise: () => number): PidGains | string {
  const dtS = sampleS(process);
  const options = {
    restOutput: 0,
    min: -OUTPUT_MAX,
    max: OUTPUT_MAX,
    firstStep: 0.5,
    direction: 1 as const,
    swing: SWING_K,
    abortAt: 5 * SWING_K,
    swings: SWINGS,
    limitS: 500 * totalS(process),
  };
  const plant = livePlant(process, dtS, noise);
  let relay = relayStart(options, dtS);
  while (relay.phase === 'rest' || relay.phase === 'swinging') {
    relay = relayStep(relay, options, plant.read());
    plant.hold(relay.output);
  }
  return relay.phase === 'failed' ? relay.why : tuneFrom(relay).gains;
}

interface Row {
  rule: string;
  iae: number;
  ms: number;
  overshoot: number;
  variation: number;
}

function measured(rule: string, process: ProcessModel, gains: PidGains): Row {
  const load = respondTo(process, gains, 'load');
  const set = respondTo(process, gains, 'set');
  const ms = maxSensitivity(process, gains);
  return { rule, iae: load.iae, ms, overshoot: set.overshoot, variation: load.variation };
}

const cell = (x: number, digits: number) => (x < 100 ? x.toFixed(digits) : 'swings up').padStart(9);

function told(process: ProcessModel, rows: readonly Row[], optimum: Row): void {
  say(`\n${describe(process)}`);
  say('  rule            load IAE / optimum    Ms  overshoot %  output variation of the load step');
  for (const r of rows) {
    say(
      `  ${r.rule.padEnd(16)} ${cell(r.iae / optimum.iae, 3)}      ${cell(r.ms, 3)}    ${cell(100 * r.overshoot, 1)}    ${cell(r.variation, 2)}`,
    );
  }
}

/** One line for our tuner on one process: the worst of its three goals decides. */
function figuresOf(process: ProcessModel, rows: readonly Row[]): Figure {
  const [optimum, ours, simc] = rows as [Row, Row, Row];
  const ratio = ours.iae / optimum.iae;
  const met = ratio <= IAE_LIMIT && ours.ms <= MS_LIMIT && ours.overshoot <= OVERSHOOT_LIMIT;
  return {
    figure: `${describe(process)}: Ms ${ours.ms.toFixed(2)}, overshoot ${(100 * ours.overshoot).toFixed(1)} %, variation ${ours.variation.toFixed(2)}, load IAE`,
    value: ratio,
    unit: 'of the optimum',
    reference: { name: `SIMC (Ms ${simc.ms.toFixed(2)})`, value: simc.iae / optimum.iae },
    goal: `<= ${IAE_LIMIT}, Ms <= ${MS_LIMIT}, <= ${100 * OVERSHOOT_LIMIT} %`,
    met,
  };
}

function tuneAll(process: ProcessModel, noise: () => number): Row[] | string {
  const ours = autotuned(process, noise);
  if (typeof ours === 'string') return ours;
  const best = designPid(process, { maxSensitivity: MS_LIMIT, overshoot: OVERSHOOT_LIMIT }, 3);
  const relay = Math.max(1, 0.5 / process.gain);
  const dtS = sampleS(process);
  const { ku, puS } = esphomeRelay(relay, livePlant(process, dtS, noise), dtS, 6);
  return [
    measured('optimum, Ms 1.6', process, best),
    measured('autotune', process, ours),
    measured('SIMC', process, simcRule(process)),
    measured('AMIGO', process, amigoRule(process)),
    measured('ESPHome', process, esphomeRule(ku, puS)),
  ];
}

function summary(all: readonly Row[][]): Figure[] {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  return ['autotune', 'SIMC', 'AMIGO', 'ESPHome'].flatMap((rule, i) => {
    const rows = all.map((r) => ({ row: r[i + 1]!, optimum: r[0]! }));
    const ratio = rows.map(({ row, optimum }) => row.iae / optimum.iae);
    const kept = rows.filter(
      ({ row }, k) => ratio[k]! <= IAE_LIMIT && row.ms <= MS_LIMIT && row.overshoot <= OVERSHOOT_LIMIT,
    );
    const said = { goal: '', met: true };
    return [
      { figure: `${rule}: median load IAE`, value: median(ratio), unit: 'of the optimum', ...said },
      { figure: `${rule}: highest Ms`, value: Math.max(...rows.map(({ row }) => row.ms)), unit: '', ...said },
      { figure: `${rule}: processes with all goals met, of ${all.length}`, value: kept.length, unit: '', ...said },
    ];
  });
}

export const pid: Bench = {
  name: 'pid',
  about: `relay autotune with ${NOISE_K} K of sensor noise against SIMC and AMIGO (told the true process), ESPHome's Ziegler-Nichols and the optimum found by search at Ms ${MS_LIMIT}`,
  async run({ quick, seed }) {
    const figures: Figure[] = [];
    const all: Row[][] = [];
    const noise = gaussian(seededRandom(seed + 1000), NOISE_K);
    for (const process of processes(seed, quick ? 4 : RANDOM_PROCESSES)) {
      const rows = tuneAll(process, noise);
      if (typeof rows === 'string') {
        const goal = 'an experiment that succeeds';
        figures.push({ figure: `${describe(process)}: ${rows}`, value: Number.NaN, unit: '', goal, met: false });
        continue;
      }
      told(process, rows, rows[0]!);
      figures.push(figuresOf(process, rows));
      all.push(rows);
    }
    return [...figures, ...summary(all)];
  },
};

import { type Emitter, priorModel } from '../../control/learn/house/prior.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import { loadBoard } from '../../hal/board.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { readCsv } from '../identify/csv.ts';
import { readHistory } from '../identify/history.ts';
import { type Judgement, judge } from '../identify/judge.ts';
import { progressTeller } from '../progress-teller.ts';

const OPTIONS = {
  days: { type: 'string' },
  csv: { type: 'string' },
  area: { type: 'string' },
  emitter: { type: 'string' },
  'pv-kwp': { type: 'string' },
} as const;
const EMITTERS: readonly string[] = ['floor', 'radiator', 'fancoil'] satisfies Emitter[];
/** Where nobody says how large the house is: a middling one loses about this much per m² on its design day. */
const W_PER_M2 = 60;
/** Water this warm at the design point means that the floor does the heating. */
const FLOOR_SUPPLY_C = 45;

const watts = (w: number) => `${Math.round(w)} W`;

/** What people read. */
function linesOf({ days, house, foreseen, suffices, advice }: Judgement, configuredW: number): string[] {
  if (!house) return ['too little to learn from', ...advice.map((a) => `  -> ${a}`)];
  const [, middleH, slowH] = house.timeConstantsH;
  const sdW = house.lossWPerK * house.lossSdShare;
  const lines = [
    `learnt from     ${days.toFixed(1)} days`,
    `heat loss       ${house.lossWPerK.toFixed(0)} W/K, likely ${Math.max(0, house.lossWPerK - 2 * sdW).toFixed(0)} to ${(house.lossWPerK + 2 * sdW).toFixed(0)}`,
    `design load     ${watts(house.designLoadW)} at 20 °C inside, without gains; house.designLoadW is ${watts(configuredW)}`,
    `time constants  ${middleH.toFixed(1)} h and ${slowH.toFixed(0)} h`,
    `solar aperture  ${house.solarM2 === null ? 'not measured' : `${house.solarM2.toFixed(1)} m²`}`,
    foreseen
      ? `24 h ahead      ${foreseen.at24hK.toFixed(2)} K off (persistence ${foreseen.persistence24hK.toFixed(2)} K); over the day ${foreseen.overDayK.toFixed(2)} K (yesterday's profile ${foreseen.yesterdayDayK.toFixed(2)} K); ${foreseen.starts} starts in days the fit had not seen`
      : '24 h ahead      not proven: six days in a row are needed',
  ];
  if (suffices) {
    lines.push('sure enough     yes');
    if (Math.abs(house.designLoadW / configuredW - 1) > 0.15)
      lines.push(
        `suggestion      house.designLoadW: ${Math.round(house.designLoadW / 100) * 100} in config.yaml would fit the weather curve to this house`,
      );
  } else lines.push('sure enough     no');
  return [...lines, ...advice.map((a) => `  -> ${a}`)];
}

async function runIdentify(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, OPTIONS);
  const days = numberOption(values.days, 'days', 3, 3650) ?? 28;
  const { house, board: boardName, sim } = loadConfig(paths.home);
  const areaM2 = numberOption(values.area, 'area', 10, 100_000) ?? house.designLoadW / W_PER_M2;
  const emitter = values.emitter ?? (house.supplyDesignC <= FLOOR_SUPPLY_C ? 'floor' : 'radiator');
  if (!EMITTERS.includes(String(emitter)))
    throw new HeatmineError('USAGE', `--emitter takes ${EMITTERS.join(', ')}, not "${emitter}"`);
  const { simulated } = loadBoard(boardName);
  const pvKwp = numberOption(values['pv-kwp'], 'pv-kwp', 0.1, 1000) ?? (simulated ? sim.pvKwp : undefined);
  say(typeof values.csv === 'string' ? `reading ${values.csv}` : `reading the last ${days} days of ${paths.state}`);
  const all =
    typeof values.csv === 'string' ? readCsv(values.csv) : readHistory(paths.state, { days, simulated, pvKwp });
  const fromS = (all.at(-1)?.atS ?? 0) - days * 86_400;
  const samples = all.filter((s) => !(s.atS < fromS));
  say(`fitting ${samples.length} samples`);
  const facts = { designLoadW: house.designLoadW, designOutdoorC: house.designOutdoorC, emitter: emitter as Emitter };
  const tell = progressTeller('fitting', process.stderr, () => performance.now());
  const judgement = judge(
    samples,
    priorModel({ floorAreaM2: areaM2, ...facts }),
    house.designOutdoorC,
    seededRandom(1),
    tell.on,
  );
  tell.end();
  print(json ? JSON.stringify(judgement) : linesOf(judgement, house.designLoadW).join('\n'));
  return judgement.suffices ? 0 : 1;
}

export const identify: Command = {
  name: 'identify',
  about:
    'Learns heat loss, time constants and solar aperture of this house from its records, and proves it on days it has not seen. Ends with 1 where the data do not suffice.',
  usage:
    'heatmine identify [--days 28] [--csv FILE] [--area M2] [--emitter floor|radiator|fancoil] [--pv-kwp N] [--json]',
  example: 'npm run -s heatmine -- identify --days 28',
  run: runIdentify,
};

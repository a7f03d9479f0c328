/** Writes docs/boards.md: drivers, and for each board where every wire goes. Run by `npm run docs`. */
import { readdirSync, writeFileSync } from 'node:fs';
import { type Board, loadBoard } from '../src/hal/board.ts';
import { DRIVERS } from '../src/hal/drivers/index.ts';
import { whereOf, wiringOf } from '../src/hal/drivers/params.ts';

/** Pin of the 40-pin header by BCM line. https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio */
const HEADER_PIN: Record<number, number> = {
  2: 3,
  3: 5,
  4: 7,
  5: 29,
  6: 31,
  7: 26,
  8: 24,
  9: 21,
  10: 19,
  11: 23,
  12: 32,
  13: 33,
  14: 8,
  15: 10,
  16: 36,
  17: 11,
  18: 12,
  19: 35,
  20: 38,
  21: 40,
  22: 15,
  23: 16,
  24: 18,
  25: 22,
  26: 37,
  27: 13,
};

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Place of a device; for a GPIO line of the Raspberry Pi its header pin as well. */
function placeOf(board: Board, params: unknown): string {
  const wiring = wiringOf(params);
  const spec = board.buses[wiring.bus];
  const pin =
    wiring.kind === 'gpio' && spec?.kind === 'gpio' && /bcm2711/.test(spec.chip) ? HEADER_PIN[wiring.line] : undefined;
  return pin ? `${whereOf(params)} (header pin ${pin})` : whereOf(params);
}

function pointsOf(board: Board): string[][] {
  return Object.entries(board.devices).flatMap(([name, { driver, params, sensors, actuators }]) => {
    const row = (point: string, channel: string, rule: string, note: string) => [
      point,
      name,
      driver,
      placeOf(board, params),
      channel,
      rule,
      note,
    ];
    return [
      ...Object.entries(sensors).map(([p, s]) => row(p, s.channel, `${s.maxAgeMs / 1000} s`, s.note)),
      ...Object.entries(actuators).map(([p, a]) => row(p, a.channel, `safe ${a.safe}`, a.note)),
    ];
  });
}

function busesOf(board: Board): string[][] {
  return Object.entries(board.buses).map(([id, spec]) => {
    const { kind, ...settings } = spec;
    return [id, kind, Object.values(settings).join(', ')];
  });
}

function boardDoc(board: Board): string {
  return [
    `## ${board.name}: ${board.title}`,
    board.simulated
      ? 'Simulated: the plant process answers in place of the hardware; paths and pins name what is emulated.'
      : 'Real hardware.',
    table(['bus', 'kind', 'settings'], busesOf(board)),
    `Dead-man: ${placeOf(board, board.deadMan)}, ${board.deadMan.note}.`,
    table(['point', 'device', 'driver', 'where', 'channel', 'oldest / safe', 'wire'], pointsOf(board)),
  ].join('\n\n');
}

const boards = readdirSync(new URL('../boards', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => loadBoard(file.replace(/\.json$/, '')));

const text = [
  '# Boards',
  'Generated from `boards/*.json` by `npm run docs`; do not edit.',
  '## Drivers',
  table(
    ['driver', 'what', 'file'],
    DRIVERS.map((d) => [d.name, d.about, `src/hal/drivers/${d.name}.ts`]),
  ),
  '## Limits of the Linux back end',
  [
    '- GPIO goes through sysfs (onoff). A kernel without `/sys/class/gpio` (Raspberry Pi OS from Trixie) gets a coded error;',
    '  a character-device back end does not exist yet.',
    '- sysfs sets no bias: lines rely on the pulls that the chip has at reset (BCM2711: 0 to 8 up, the others down).',
    '- A wake-up is not a count: flow meters may read low through sysfs, the more the faster they pulse (not measured).',
    '- An output stays driven after a crash: the dead-man relay is what makes it safe.',
    '- None of it has run on a real Raspberry Pi yet; drivers and HAL run against emulated chips.',
  ].join('\n'),
  ...boards.map(boardDoc),
].join('\n\n');

writeFileSync(new URL('../docs/boards.md', import.meta.url), `${text}\n`);

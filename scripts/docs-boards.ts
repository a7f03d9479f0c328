/** Writes docs/boards.md: drivers, and for each board where every wire goes. Run by `npm run docs`. */
import { readdirSync, writeFileSync } from 'node:fs';
import { type Board, loadBoard } from '../src/hal/board.ts';
import { DRIVERS } from '../src/hal/drivers/index.ts';
import { placeOf, pointsOfBoard } from '../src/hal/wiring.ts';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const pointsOf = (board: Board): string[][] =>
  pointsOfBoard(board).map((p) => [p.name, p.device, p.driver, p.where, p.channel, p.rule, p.note]);

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

/** Writes docs/boards.md: drivers, and for each board where every wire goes. Run by `npm run docs`. */
import { readdirSync, writeFileSync } from 'node:fs';
import { type Board, loadBoard } from '../src/hal/board.ts';
import { DRIVERS } from '../src/hal/drivers/index.ts';
import { placeOf, pointsOfBoard } from '../src/hal/wiring.ts';
import { headerDiagram } from './header-diagram.ts';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const pointsOf = (board: Board): string[][] =>
  pointsOfBoard(board).map((p) => [p.name, p.device, p.driver, p.where, p.channel, p.rule, p.note]);

function busesOf(board: Board): string[][] {
  return Object.entries(board.buses).map(([id, spec]) => {
    const { kind, ...settings } = spec;
    const told = Object.values(settings).map((v) => (typeof v === 'object' ? Object.values(v).join(' ') : v));
    return [id, kind, told.join(', ')];
  });
}

function boardDoc(board: Board): string {
  return [
    `## ${board.name}: ${board.title}`,
    board.simulated
      ? 'Simulated: the plant process answers in place of the hardware; paths and pins name what is emulated.'
      : 'Real hardware.',
    table(['bus', 'kind', 'settings'], busesOf(board)),
    `Dead-man: ${placeOf(board, board.deadMan)}, ${board.deadMan.note}. It drops ${board.deadMan.drops.join(', ')}.`,
    ...(board.watchdog ? [`Watchdog: ${board.watchdog.path}, ${board.watchdog.timeoutS} s.`] : []),
    table(['point', 'device', 'driver', 'where', 'channel', 'oldest / safe', 'wire'], pointsOf(board)),
    headerDiagram(board),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const boards = readdirSync(new URL('../boards', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => loadBoard(file.replace(/\.json$/, '')));

const text = [
  '# Boards',
  'Generated from `boards/*.json` by `npm run docs`; do not edit. How to wire: docs/wiring.md. Another board or chip: docs/adding-hardware.md.',
  '## Drivers',
  table(
    ['driver', 'what', 'params, for example'],
    DRIVERS.map((d) => [`[${d.name}](../src/hal/drivers/${d.name}.ts)`, d.about, `\`${JSON.stringify(d.example)}\``]),
  ),
  '## Limits of the Linux back end',
  [
    '- GPIO goes through the character device (Linux 5.10 or later, native/ioctl.c built by `npm ci`), else through sysfs.',
    '- sysfs sets no bias (a line must have the right pull at reset: 0 to 8 up, the others down) and counts no pulses: such',
    '  lines are refused there, with what to do.',
    '- An output may stay driven after a crash: it does on sysfs. The dead-man relay is what makes it safe.',
    '- None of it has run on a real Raspberry Pi yet; drivers and back ends run on real kernels (docs/decisions/0007).',
  ].join('\n'),
  ...boards.map(boardDoc),
].join('\n\n');

writeFileSync(new URL('../docs/boards.md', import.meta.url), `${text}\n`);

import { type Earnings, earningsOf } from '../../net/ledger/earnings.ts';
import { type Command, parseCommand, print, say } from '../command.ts';
import { joined, readLedgers } from '../ledger-file.ts';

type Row = [name: string, value: number, unit: string, note?: string];

const rowsOf = (e: Earnings): Row[] => [
  ['credits earned', e.credits.earned, 'credits', `${e.credits.answers} answers`],
  ['credits spent', e.credits.spent, 'credits'],
  ['credits settled', e.credits.settled, 'credits', 'no money: credits stay credits until a settlement pays'],
  ['paid out', e.paidOutEur, 'EUR'],
  ['electricity', e.electricityEur, 'EUR', 'of the accelerator, at the price of each hour'],
  ['heat value', e.heatValueEur, 'EUR', 'what its heat would have cost otherwise'],
  ['idle', e.idleEur, 'EUR', 'part of the electricity with nothing to do'],
  ['energy sold', e.energyKwh.sold, 'kWh'],
  ['energy own', e.energyKwh.own, 'kWh', 'your own questions, free'],
  ['energy unpaid', e.energyKwh.filler, 'kWh'],
  ['energy idle', e.energyKwh.idle, 'kWh'],
];

async function showEarnings(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, { csv: { type: 'boolean' } });
  const reads = readLedgers(paths);
  const earned = earningsOf(joined(reads));
  for (const { file, found } of reads) if (found?.damage) say(`LEDGER_DAMAGED: ${file}: ${found.damage}`);
  const rows = rowsOf(earned);
  if (json) print(JSON.stringify(earned));
  else if (values.csv)
    print(['what,value,unit', ...rows.map(([what, value, unit]) => `${what},${value},${unit}`)].join('\n'));
  else {
    for (const [what, value, unit, note] of rows) {
      const places = unit === 'EUR' ? 2 : unit === 'kWh' ? 3 : 6;
      print(`${what.padEnd(16)} ${value.toFixed(places).padStart(14)} ${unit.padEnd(8)} ${note ?? ''}`.trimEnd());
    }
    if (earned.modelled) say('energy, prices and heat are those of a simulated house');
  }
  return reads.some(({ found }) => found?.damage !== undefined) ? 1 : 0;
}

export const earnings: Command = {
  name: 'earnings',
  about: 'Earned credits, electricity, heat value and idle, apart: they are never added up, and credits are no money.',
  usage: 'heatmine earnings [--csv] [--json]',
  example: 'npm run -s heatmine -- earnings',
  run: showEarnings,
};

import { HeatmineError } from '../../core/errors.ts';
import { openIndex, type ReceiptRow } from '../../net/ledger/index.ts';
import { UC_PER_CREDIT } from '../../net/ledger/price.ts';
import type { LedgerRead } from '../../net/ledger/read.ts';
import { HOUR_MS } from '../../net/ledger/receipt.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { houseMinute, zoneOf } from '../house-clock.ts';
import { readLedgers } from '../ledger-file.ts';

/** For programs. */
const hourUtc = (hour: number) => `${new Date(hour * HOUR_MS).toISOString().slice(0, 13).replace('T', ' ')}h`;
const HEAD = 'seq,side,hourUtc,expert,tier,promptTokens,answerTokens,microCredits,signedByBoth';
const csvOf = (r: ReceiptRow) =>
  [r.seq, r.side, hourUtc(r.hour), r.expert, r.tier, r.promptTokens, r.answerTokens, r.amountUc, r.signed].join(',');
const lineOf = (r: ReceiptRow, timeZone: string) => {
  const size = `${r.promptTokens} + ${r.answerTokens} tokens`;
  const note = r.signed ? '' : '  not signed by the asker';
  return `${houseMinute(r.hour * HOUR_MS, timeZone)}  ${r.side.padEnd(6)}  ${r.expert.padEnd(16)} ${r.tier.padEnd(8)} ${size.padStart(22)}  ${(r.amountUc / UC_PER_CREDIT).toFixed(6)} credits${note}`;
};

function sideOf(value: string | boolean | undefined): ReceiptRow['side'] | undefined {
  if (value === undefined || value === 'earned' || value === 'spent') return value;
  throw new HeatmineError('USAGE', `--side takes earned or spent, not "${value}"`);
}

async function showReceipts(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, {
    side: { type: 'string' },
    expert: { type: 'string' },
    limit: { type: 'string' },
    csv: { type: 'boolean' },
    verify: { type: 'boolean' },
  });
  const { expert } = values;
  const side = sideOf(values.side);
  const index = openIndex();
  const reads = readLedgers(paths, index.add);
  const limit = numberOption(values.limit, 'limit', 1, 1_000_000) ?? (values.csv ? 1_000_000 : 20);
  const picked = { ...(side !== undefined && { side }), ...(expert !== undefined && { expert: String(expert) }) };
  const rows = index.find({ ...picked, limit });
  index.close();
  for (const { file, found } of reads) if (found?.damage) say(`LEDGER_DAMAGED: ${file}: ${found.damage}`);
  if (values.verify) return verify(reads, json);
  const zone = zoneOf(paths);
  if (json) print(JSON.stringify(rows));
  else if (values.csv) print([HEAD, ...rows.map(csvOf)].join('\n'));
  else if (rows.length === 0) say('no receipts yet: answers to yourself are free and leave none');
  else for (const row of rows) print(lineOf(row, zone));
  return isDamaged(reads) ? 1 : 0;
}

const isDamaged = (reads: readonly LedgerRead[]) => reads.some(({ found }) => found?.damage !== undefined);

function verify(reads: readonly LedgerRead[], json: boolean): number {
  const [own, asked] = reads.map(({ found }) => found);
  const damage = own?.damage ?? asked?.damage;
  if (json) print(JSON.stringify({ whole: damage === undefined, lastSeq: own?.seq ?? 0, damage: damage ?? null }));
  else if (!own && !asked) print('there is no ledger yet');
  for (const found of json ? [] : [own, asked]) {
    if (!found) continue;
    const what = found === asked ? 'asked: ' : '';
    const text = found.damage
      ? `whole up to record ${found.seq}`
      : `whole: every record up to ${found.seq} fits its chain`;
    print(`${what}${text}`);
  }
  return isDamaged(reads) ? 1 : 0;
}

export const receipts: Command = {
  name: 'receipts',
  about:
    'Lists answers sold and bought, newest first, each with the hour in which it was given (--csv and --json: UTC). Old ones that are settled are kept as sums only.',
  usage: 'heatmine receipts [--side earned|spent] [--expert ID] [--limit 20] [--csv] [--verify] [--json]',
  example: 'npm run -s heatmine -- receipts --side earned --csv',
  run: showReceipts,
};

import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openDisk } from '../../../net/ledger/disk.ts';
import { openJournal } from '../../../net/ledger/journal.ts';

/** Appends as fast as it can and tells each record that was acknowledged, until somebody ends it or the power goes. */
const [file = '', seed = '1', most = '400'] = process.argv.slice(2);
const started: number[] = [];
const journal = await openJournal({
  disk: await openDisk(file),
  onRecord: (record) => started.push(record.seq),
  onDamage: (text) => writeSync(1, `damage ${text}\n`),
  asideName: (seq) => `${file}.damaged-${seq}`,
});
writeSync(1, `open ${started.length}\n`);
for (let i = 0; i < Number(most); i++) {
  const text = `${seed}/${i}/`;
  const payload = Buffer.from(text.padEnd(20 + ((i * 37 + Number(seed) * 11) % 900), 'x'));
  const { seq, committed } = journal.append(1, payload);
  const hash = createHash('sha256').update(payload).digest('hex').slice(0, 16);
  committed.then(() => writeSync(1, `committed ${seq} ${hash}\n`));
  try {
    if (i % 3 === 2) await journal.flush();
    // Some of what was kept before is pruned, as settled entries are.
    if (i % 40 === 39) await journal.rewrite((records) => records.filter((r) => r.seq > seq - 30));
  } catch (error) {
    writeSync(1, `refused ${(error as { code?: string }).code} ${(error as Error).message}\n`);
    break;
  }
}
await journal.close();
writeSync(1, 'closed\n');

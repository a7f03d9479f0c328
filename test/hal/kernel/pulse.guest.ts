import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Turns a simulated input up and down. Arguments: its `pull` file, how many edges, milliseconds between them. */
const [, , file, edges, gapMs] = process.argv;
for (let n = 0; n < Number(edges); n++) {
  writeFileSync(file!, n % 2 === 0 ? 'pull-up' : 'pull-down');
  await sleep(Number(gapMs));
}

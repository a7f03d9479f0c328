import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Turns a simulated input up and down. Arguments: its `pull` file, how many edges, least milliseconds between them. Edges
 * that are closer than the interrupt of this kernel run together in it: each is awaited. Says how far apart they were.
 */
const [, , file, edges, gapMs] = process.argv;
const interrupts = () =>
  readFileSync('/proc/interrupts', 'utf8')
    .match(/^.*heatmine.*$/gm)
    ?.join() ?? '';
const gapsMs: number[] = [];
for (let n = 0; n < Number(edges); n++) {
  const [before, startedMs] = [interrupts(), performance.now()];
  writeFileSync(file!, n % 2 === 0 ? 'pull-up' : 'pull-down');
  do await sleep(Number(gapMs));
  while (interrupts() === before && performance.now() - startedMs < 1000);
  gapsMs.push(performance.now() - startedMs);
}
const [median, worst] = [gapsMs.toSorted((a, b) => a - b)[gapsMs.length >> 1]!, Math.max(...gapsMs)];
console.log(`median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} the ${gapsMs.indexOf(worst)}th`);

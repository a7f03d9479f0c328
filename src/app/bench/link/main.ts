/** As the nodes of bench swarm, with a tap; told `passages`, it answers with what its relay saw so far. */
import { passagesOf } from './passage.ts';
import { seen } from './tap.ts';

await import('../swarm/main.ts');
process.on('message', (told) => {
  if (told === 'passages') process.send!(passagesOf(seen));
});

import { join } from 'node:path';
import { scanExperts } from '../../compute/experts.ts';
import { GENERATIONS } from '../../compute/merge/evolution/litter.ts';
import { isBred } from '../../compute/merge/evolution/nursery.ts';
import { type Outcome, readState } from '../../compute/merge/evolution/state.ts';
import { loadConfig } from '../../core/config.ts';
import { goneFrom } from '../../core/gone.ts';
import { type Parsed, print } from '../command.ts';
import { houseMinute } from '../house-clock.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');

const told = ({ atMs, parents, genome, generation, chance, allowed, kept }: Outcome, timeZone: string): string => {
  const [a, b] = chance.map((p) => p.toPrecision(2));
  const verdict = kept ? `${kept} stays` : 'nothing better than its parents';
  return `  ${houseMinute(atMs, timeZone)}  ${parents.join(' and ')}: ${verdict} (by ${genome.method}, generation ${generation}; chance ${a} and ${b}, allowed ${allowed.toPrecision(2)})`;
};

/** What evolution is at, what it has tried, and which children live here. */
export async function evolveStatus({ paths, json }: Parsed): Promise<number> {
  const { litter, outcomes, litters, tokens } = readState(paths.models);
  const { compute, house } = loadConfig(paths.home);
  const { evolve: isOn } = compute;
  const zone = house.comfort.timeZone;
  const experts = scanExperts([SHIPPED, paths.models]);
  const children = experts
    .filter((expert) => isBred(expert, paths.models))
    .map(({ id, fact }) => ({ id, parents: fact?.parents ?? [], note: fact?.quality?.note ?? '' }));
  const gone = goneFrom(paths.models);
  if (json) {
    const now = litter && { generation: litter.generation, parents: litter.parents };
    print(JSON.stringify({ on: isOn, litters, tokens, now, outcomes, children, gone }));
    return 0;
  }
  print(`evolution is ${isOn ? 'on: by watts that pay unpaid, nothing else' : 'off (compute.evolve in config.yaml)'}`);
  print(`${litters} litters begun, ${Math.round(tokens)} tokens computed for them`);
  if (litter) print(`now: generation ${litter.generation} of ${GENERATIONS}, child of ${litter.parents.join(' and ')}`);
  for (const { id, parents, note } of children) print(`child ${id} (from ${parents.join(', ')}): ${note}`);
  for (const outcome of outcomes) print(told(outcome, zone));
  return 0;
}

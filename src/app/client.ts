import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ComputeState, ControlState, Market, PlantTruth } from '../contract/messages.ts';
import { HeatmineError } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { runningPid } from './preflight.ts';

const State = z.object({
  control: ControlState.nullable(),
  compute: ComputeState.nullable(),
  plant: PlantTruth.nullable(),
  market: Market.nullable(),
});
export type State = z.infer<typeof State>;

const Unit = z.object({ pid: z.int(), url: z.string(), mqttPort: z.int(), children: z.record(z.string(), z.int()) });

/** Where the unit of this home listens. NOT_RUNNING when there is none. */
export function unitOf(paths: Paths): z.infer<typeof Unit> {
  if (runningPid(paths) === undefined) throw new HeatmineError('NOT_RUNNING', `no unit runs in ${paths.home}`);
  return Unit.parse(JSON.parse(readFileSync(paths.unit, 'utf8')));
}

export async function fetchState(url: string): Promise<State> {
  const response = await fetch(`${url}/api/state`, { signal: AbortSignal.timeout(5000) });
  return State.parse(await response.json());
}

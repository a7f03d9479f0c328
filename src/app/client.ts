import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ComputeState, ControlState, Market, PlantTruth, type SetPoints } from '../contract/messages.ts';
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

/** Asks for a set-point; resolves with what took effect once control has echoed it. VALUE_RANGE with the reason when refused. */
export async function setPoint(url: string, name: string, value: string | number | boolean): Promise<SetPoints> {
  const response = await fetch(`${url}/api/set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, value, by: 'command line' }),
    signal: AbortSignal.timeout(5000),
  });
  const answer = (await response.json()) as { setPoints?: SetPoints; error?: { message: string } };
  if (!response.ok || !answer.setPoints) {
    throw new HeatmineError('VALUE_RANGE', answer.error?.message ?? `refused with ${response.status}`);
  }
  return answer.setPoints;
}

const Model = z.object({
  id: z.string(),
  engine: z.string(),
  resident: z.boolean(),
  memoryBytes: z.number(),
  lastUsedMs: z.number().nullable(),
});
const Models = z.object({ data: z.array(z.object({ id: z.string(), heatmine: Model.optional().catch(undefined) })) });

/** What compute tells of each expert, `auto` left out. */
export async function fetchModels(url: string): Promise<z.infer<typeof Model>[]> {
  const response = await fetch(`${url}/v1/models`, { signal: AbortSignal.timeout(5000) });
  return Models.parse(await response.json()).data.flatMap(({ heatmine }) => heatmine ?? []);
}

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Latch } from '../contract/acknowledge.ts';
import { Override } from '../contract/comfort.ts';
import { ComputeState, ControlState, Reason, SetPoints } from '../contract/messages.ts';
import { PricesAhead } from '../contract/prices.ts';
import { Today } from '../contract/today.ts';
import { PlantTruth } from '../contract/truth.ts';
import { ERROR_CODES, type ErrorCode, HeatmineError } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { runningPid } from './preflight.ts';

const State = z.object({
  control: ControlState.nullable(),
  compute: ComputeState.nullable(),
  plant: PlantTruth.nullable(),
  prices: PricesAhead.nullable(),
  today: Today.nullable(),
  timeZone: z.string(),
});
export type State = z.infer<typeof State>;

const Unit = z.object({ pid: z.int(), url: z.string(), mqttPort: z.int(), children: z.record(z.string(), z.int()) });

/** Where the unit of this home listens. NOT_RUNNING when there is none. */
export function unitOf(paths: Paths): z.infer<typeof Unit> {
  if (runningPid(paths) === undefined) throw new HeatmineError('NOT_RUNNING', `no unit runs in ${paths.home}`);
  return Unit.parse(JSON.parse(readFileSync(paths.unit, 'utf8')));
}

/** The port base of this home: as given, else of the unit that runs there, else undefined for what its config.yaml says. */
export function portBaseOf(paths: Paths, given?: number): number | undefined {
  if (given !== undefined || runningPid(paths) === undefined) return given;
  return Number(new URL(unitOf(paths).url).port);
}

/** Throws NOT_RUNNING when the unit gives no answer: it starts just now, stops, or hangs. */
export async function fetchUnit(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(5000) });
  } catch (error) {
    const { origin } = new URL(url);
    throw new HeatmineError(
      'NOT_RUNNING',
      `the unit of this home gives no answer at ${origin}; if it has just been started, try again in a few seconds`,
      { cause: error },
    );
  }
}

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function refusalOf(status: number, body: unknown): HeatmineError {
  const error = Refusal.safeParse(body).data?.error;
  const code = error && error.code in ERROR_CODES ? (error.code as ErrorCode) : 'VALUE_RANGE';
  return new HeatmineError(code, error?.message ?? `refused with ${status}`);
}

/** Throws VERSION_MISMATCH, or what the unit refuses with. */
export async function fetchState(url: string): Promise<State> {
  // A connection of its own: one kept alive may have been closed while this process was busy elsewhere.
  const response = await fetchUnit(`${url}/api/state`, { headers: { connection: 'close' } });
  const body = await response.json();
  if (!response.ok) throw refusalOf(response.status, body);
  const state = State.safeParse(body);
  if (state.success) return state.data;
  const at = state.error.issues[0]?.path.join('.');
  throw new HeatmineError('VERSION_MISMATCH', `the unit at ${url} says ${at || 'what it does'} in another way`);
}

const Told = z.object({ timeMs: z.number(), reasons: z.array(Reason) });

/** The reasons that held at this time of the house's clock, null when nothing is known of it. */
export async function fetchWhy(url: string, atMs: number): Promise<z.infer<typeof Told> | null> {
  const response = await fetchUnit(`${url}/api/why?at=${atMs}`);
  return Told.nullable().parse(await response.json());
}

async function change<T>(url: string, path: string, body: object, answerOf: z.ZodType<T>): Promise<T> {
  const response = await fetchUnit(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ ...body, by: 'command line' }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw refusalOf(response.status, answer);
  return answerOf.parse(answer);
}

/** Asks for a set-point; resolves with what took effect once control has echoed it. VALUE_RANGE with the reason when refused. */
export const setPoint = async (url: string, name: string, value: string | number | boolean): Promise<SetPoints> =>
  (await change(url, '/api/set', { name, value }, z.object({ setPoints: SetPoints }))).setPoints;

/** Asks for a wish that ends by itself, or with `forMin` 0 for its end; resolves with all that are in force then. */
export async function askOverride(
  url: string,
  wish: { kind: string; forMin: number; byK?: number },
): Promise<Override[]> {
  const body = { ...wish, id: randomUUID().slice(0, 8) };
  return (await change(url, '/api/override', body, z.object({ overrides: z.array(Override) }))).overrides;
}

/** Lifts latched faults; VALUE_RANGE with what stays and why. */
export const acknowledgeFaults = async (url: string): Promise<void> =>
  void (await change(url, '/api/acknowledge', {}, z.object({ latches: z.array(Latch) })));

const Model = z.object({
  id: z.string(),
  engine: z.string(),
  /** Whether it answers whoever names it. */
  byName: z.boolean(),
  resident: z.boolean(),
  memoryBytes: z.number(),
  lastUsedMs: z.number().nullable(),
  jPerToken: z.number().nullable(),
  energyFrom: z.enum(['expert', 'card', 'modelled']),
});
const Models = z.object({ data: z.array(z.object({ id: z.string(), heatmine: Model.optional().catch(undefined) })) });

/** What compute tells of each expert, `auto` left out. */
export async function fetchModels(url: string): Promise<z.infer<typeof Model>[]> {
  const response = await fetchUnit(`${url}/v1/models`);
  return Models.parse(await response.json()).data.flatMap(({ heatmine }) => heatmine ?? []);
}

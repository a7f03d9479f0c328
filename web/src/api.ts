import type { Event, SetCommand } from '../../src/contract/messages.ts';
import type { OverrideKind } from '../../src/contract/override-kinds.ts';
import type { ActuatorName } from '../../src/contract/points.ts';
import type { Progress } from '../../src/contract/progress.ts';

export interface History {
  stepS: number;
  /** True when the times are those of the simulated house. */
  simulated: boolean;
  points: string[];
  /** Each row: time in ms, then one value per asked point, null where nothing was measured. */
  rows: (number | null)[][];
  /** Of each row, how many minutes its means are made of. */
  minutes: number[];
}

/** An answer of the unit that says no, in its own words. */
export class Refused extends Error {}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(new URL(path, document.baseURI), { cache: 'no-store', ...init });
  const body = await response.text();
  if (!response.ok) throw new Refused(wordsIn(body) ?? `HTTP ${response.status}`);
  return JSON.parse(body);
}

/** The message of a coded error in JSON, if that is what came back. */
function wordsIn(body: string): string | undefined {
  try {
    const { error, message } = JSON.parse(body);
    return error?.message ?? message;
  } catch {
    return undefined; // A proxy's HTML page: the status alone says more.
  }
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const change = (path: string, body: object): Promise<unknown> => ask(path, post(body));

export const setPoint = (name: SetCommand['name'], value: SetCommand['value']) => change('api/set', { name, value });

/** A wish that ends by itself; 0 minutes end it now. The id tells one press from another. */
export const override = (kind: OverrideKind, forMin: number) =>
  change('api/override', { kind, forMin, id: Math.random().toString(36).slice(2, 10) });

/** What latched has been mended; refused with what stays and why. */
export const acknowledge = () => change('api/acknowledge', {});

export const history = (points: readonly string[], hours: number): Promise<History> =>
  ask(`api/history?points=${points.join(',')}&hours=${hours}`);

export interface Session {
  /** Null for a device that has claimed nothing yet. */
  level: 'owner' | 'installer' | null;
}
export const session = (): Promise<Session> => ask('api/session');
export const claim = (code: string) => change('api/claim', { code });

export interface Settings {
  version: string;
  /** Who is told of a fault, and which of them were set on the page; never by what address. */
  notify: string[];
  notifyByPage: string[];
  config: unknown;
}
export const settings = (): Promise<Settings> => ask('api/settings');
/** The sealed file, for the browser to keep. */
export async function makeBackup(passphrase: string): Promise<Blob> {
  const response = await fetch(new URL('api/backup', document.baseURI), post({ passphrase }));
  if (!response.ok) throw new Refused(wordsIn(await response.text()) ?? `HTTP ${response.status}`);
  return response.blob();
}
/** Takes effect at the next start. */
export const restoreBackup = (passphrase: string, backup: string) =>
  change('api/restore', { passphrase, backup }) as Promise<{ files: string[] }>;
/** One output for two seconds, while commissioning. */
export const driveByHand = (name: ActuatorName, value: number) => change('api/hand', { name, value });

/** Null takes away what the page set. */
export const setNotify = (what: { [target: string]: unknown }) => change('api/notify', what) as Promise<Settings>;
export const testNotify = () =>
  change('api/notify/test', {}) as Promise<{ target: string; ok: boolean; detail: string }[]>;

/** As net answers /api/experts; `ExpertsList` of src/net/web/experts.ts. */
export interface ExpertsList {
  experts: {
    id: string;
    title: string;
    engine: string;
    resident: boolean;
    sizeBytes: number;
    memoryBytes: number;
    lastUsedMs: number | null;
    demandShare: number;
    jPerToken: number | null;
    energyFrom: 'expert' | 'card' | 'modelled';
    parents: string[];
    licence: string;
    passes: boolean;
    note?: string;
    /** Whether the unit may pick it by itself. */
    answers: boolean;
    description: string;
  }[];
  gone: { id: string; title: string; why: string; atMs: number }[];
  pull: { source: string; state: 'runs' | 'done' | 'failed'; progress: Progress | null; text: string } | null;
}
export const experts = (): Promise<ExpertsList> => ask('api/experts');
export const changeExpert = (what: 'load' | 'unload', id: string) => change(`api/experts/${what}`, { id });
export const pullExpert = (source: string) => change('api/experts/pull', { source });
export const stopPull = () => change('api/experts/stop', {});

export const events = (limit: number): Promise<Event[]> => ask(`api/events?limit=${limit}`);

import { z } from 'zod';
import type { Component } from './components.ts';
import type { Discovery } from './discovery.ts';

/** What a unit of one name has left on a broker: nothing else there is ours to take away. */
export const Left = z.strictObject({
  /** By the topic of the device: its components as `platform/key`, by which Home Assistant knows them apart. */
  devices: z.record(z.string(), z.array(z.string())),
  /** Topics of retained states. */
  states: z.array(z.string()),
});
export type Left = z.infer<typeof Left>;
export const NOTHING: Left = { devices: {}, states: [] };

/** Absent for so long in this run, it is gone; before, it may only be late. Rooms report once an hour. */
export const LATE_MS = { component: 10 * 60_000, device: 2 * 3_600_000 };

export interface Saying {
  discoveryPrefix: string;
  devices: readonly Discovery[];
  states: readonly string[];
  /** Keys of components that settings have taken away: no lateness explains their absence. */
  retired: ReadonlySet<string>;
  /** Keys of components and topics of devices that are there, whether they speak or not. */
  silent: ReadonlySet<string>;
  ranMs: number;
}

interface Plan {
  /** Said once, before the announcement itself: a component with nothing but its platform removes that entity. */
  partings: Discovery[];
  /** Emptied. */
  clear: string[];
  /** On the record before anything is sent, and once all of it has arrived. */
  before: Left;
  after: Left;
}

/** What takes away that which was announced and is no more. Pure. */
export function planOf(known: Left, saying: Saying): Plan {
  const plan: Plan = {
    partings: [],
    clear: known.states.filter((topic) => !saying.states.includes(topic)),
    before: { devices: { ...known.devices }, states: [...new Set([...known.states, ...saying.states])] },
    after: { devices: {}, states: [...saying.states] },
  };
  for (const { topic, payload } of saying.devices) {
    const now = Object.entries(payload.cmps).map(([key, { p }]) => `${p}/${key}`);
    const was = known.devices[topic] ?? [];
    const gone = was.filter((id) => !now.includes(id) && isGone(id, payload.cmps, saying));
    for (const parting of partingsOf(gone)) {
      plan.partings.push({ topic, payload: { ...payload, cmps: { ...payload.cmps, ...parting } } });
    }
    plan.before.devices[topic] = [...new Set([...was, ...now])];
    plan.after.devices[topic] = plan.before.devices[topic].filter((id) => !gone.includes(id));
  }
  for (const [topic, cmps] of Object.entries(known.devices)) {
    if (topic in plan.after.devices) continue;
    if (isDeviceGone(topic, saying)) plan.clear.push(topic);
    else plan.after.devices[topic] = cmps;
  }
  return plan;
}

function isGone(id: string, now: Record<string, Component>, { retired, silent, ranMs }: Saying): boolean {
  const [, key] = splitId(id);
  return key in now || retired.has(key) || (!silent.has(key) && ranMs >= LATE_MS.component);
}

/** One message has room for one platform of a key: more than one where the power failed at another change. */
function partingsOf(gone: readonly string[]): Record<string, Component>[] {
  if (gone.length === 0) return [];
  const ids = gone.map(splitId);
  const parting = Object.fromEntries(ids.map(([p, key]) => [key, { p } as Component]));
  const left = gone.filter((_, i) => parting[ids[i]![1]]!.p !== ids[i]![0]);
  return [parting, ...partingsOf(left)];
}

const splitId = (id: string) => id.split('/') as [platform: string, key: string];

const isDeviceGone = (topic: string, { discoveryPrefix, silent, ranMs }: Saying): boolean =>
  !topic.startsWith(`${discoveryPrefix}/`) || (!silent.has(topic) && ranMs >= LATE_MS.device);

/** All topics that a record names. */
export const topicsOf = ({ devices, states }: Left): string[] => [...Object.keys(devices), ...states];

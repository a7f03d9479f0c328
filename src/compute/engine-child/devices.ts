import { readdirSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import type { Seen } from '../engine.ts';
import type { EngineHost } from './host.ts';

/** A GPU as one engine process sees it that is bound to it by `env`. */
export interface Device {
  gpu: 'cuda' | 'vulkan';
  name: string;
  totalBytes: number;
  freeBytes: number;
  /** Its memory is the processor's. */
  isShared: boolean;
  env: NodeJS.ProcessEnv;
}

export interface Found {
  devices: Device[];
  /** Why there are none. */
  why?: string;
}

type SeenGpu = Exclude<Seen, { gpu: false }>;
export type OpenHost = (env: NodeJS.ProcessEnv) => EngineHost;

/** Of CUDA and Vulkan: which devices a process may see, by number or, of CUDA, by name. */
const VISIBLE = { cuda: 'CUDA_VISIBLE_DEVICES', vulkan: 'GGML_VK_VISIBLE_DEVICES' } as const;
const NODES = { '/dev': /^(nvidia\d|kfd|dxg)/, '/dev/dri': /^renderD/ };
/** As many as ggml's Vulkan takes. */
const MOST_DEVICES = 16;
/** Seldom faster than the processor, whose memory it takes: the owner may say so. */
const ONLY_SHARED = `the GPU here has no memory of its own; ${VISIBLE.vulkan}=0 in the environment takes it all the same`;
/** A driver that hangs. */
const SEE_LIMIT_MS = 30_000;

/** From the files alone: a board without a GPU, or without a prebuilt file for one, pays nothing for the question. */
export function whyNoGpu(env: NodeJS.ProcessEnv): string | undefined {
  const hasPrebuilt = Object.keys(VISIBLE).some((gpu) => isInstalled(`@node-llama-cpp/linux-${process.arch}-${gpu}`));
  if (!hasPrebuilt) return 'llama.cpp brings nothing for a GPU of such a board';
  const given = Object.values(VISIBLE).map((name) => env[name]);
  if (given.some((list) => list)) return undefined;
  if (given.some((list) => list === '')) return 'the environment hides them';
  const isThere = Object.entries(NODES).some(([dir, node]) => namesIn(dir).some((name) => node.test(name)));
  return isThere ? undefined : 'no GPU is here';
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/**
 * The devices that llama.cpp would take here, each with what binds a process to it alone. Numbers of CUDA are those of what it
 * lists; Vulkan's count all that is there (the processor too), and only a process bound to one tells which it is.
 */
export async function findDevices(open: OpenHost, env: NodeJS.ProcessEnv, whyNone = whyNoGpu): Promise<Found> {
  const why = whyNone(env);
  if (why !== undefined) return { devices: [], why };
  try {
    const all = await seenWith(open, { HEATMINE_GPU: 'auto' });
    if (!all.gpu) return { devices: [], why: all.why };
    const given = env[VISIBLE[all.gpu]];
    const devices = await boundTo(open, all, given);
    const used = given ? devices : devices.filter((device) => !device.isShared);
    return used.length > 0 ? { devices: used } : { devices: [], why: ONLY_SHARED };
  } catch (error) {
    return { devices: [], why: `the look for one failed: ${messageOf(error)}` };
  }
}

async function boundTo(open: OpenHost, all: SeenGpu, given: string | undefined): Promise<Device[]> {
  const { gpu, names } = all;
  const inOne = [deviceOf(all, names.join(' + '), { HEATMINE_GPU: gpu })];
  if (names.length === 1) return inOne;
  const wanted = [...names];
  const devices: Device[] = [];
  for (const number of given?.split(/[\s,]+/) ?? Array.from({ length: MOST_DEVICES }, (_, n) => String(n))) {
    const bound = { HEATMINE_GPU: gpu, [VISIBLE[gpu]]: number };
    const seen = await seenWith(open, bound);
    if (!seen.gpu) break;
    const at = wanted.indexOf(seen.names[0]!);
    if (at < 0) continue;
    devices.push(deviceOf(seen, wanted.splice(at, 1)[0]!, bound));
    if (wanted.length === 0) break;
  }
  // Better one process over all of them than none.
  return devices.length > 0 ? devices : inOne;
}

const deviceOf = ({ gpu, ...seen }: SeenGpu, name: string, env: NodeJS.ProcessEnv): Device => ({
  ...{ gpu, name, env },
  ...{ totalBytes: seen.totalBytes, freeBytes: seen.freeBytes, isShared: seen.isShared },
});

async function seenWith(open: OpenHost, env: NodeJS.ProcessEnv): Promise<Seen> {
  const host = open(env);
  try {
    return await host.engine('llama').see!(AbortSignal.timeout(SEE_LIMIT_MS));
  } finally {
    await host.close();
  }
}

const NAMES = { cuda: 'CUDA', vulkan: 'Vulkan' } as const;

/** `Vulkan: 2 × NVIDIA RTX 3090, 24.0 GiB`. */
export function textOf(devices: readonly Device[], why: string): string {
  const counts = new Map<string, number>();
  for (const { name, totalBytes } of devices) {
    const text = `${name}, ${(totalBytes / 2 ** 30).toFixed(1)} GiB`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [first] = devices;
  if (!first) return `CPU: ${why}`;
  const each = [...counts].map(([text, count]) => (count > 1 ? `${count} × ${text}` : text));
  return `${NAMES[first.gpu]}: ${each.join('; ')}`;
}

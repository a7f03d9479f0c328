import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Engine, EngineName } from '../engine.ts';
import { type Blame, createBlame } from './blame.ts';
import { type Device, type Found, findDevices, textOf } from './devices.ts';
import type { EngineHost } from './host.ts';
import { letGo } from './let-go.ts';
import { type Proof, prove } from './proof.ts';

/** Drivers make their programs at the first use. */
const PROOF_LIMIT_MS = 60_000;
const MOST_CHARS = 400;
export interface PoolOptions {
  /** A process bound by its environment; whose crashes count for itself alone where no blame is given. */
  open(env: NodeJS.ProcessEnv, blame?: Blame): EngineHost;
  /** What each GPU must read right; asked for only where there is one. */
  proof(): Promise<Proof | undefined>;
  find?: typeof findDevices;
  log: Log;
}

/** Where experts compute: a process on each GPU that has proved itself, else one on the CPU. */
export interface EnginePool extends Omit<EngineHost, 'pid'> {
  openTrial(): EngineHost;
  readonly devices: readonly Device[];
  readonly told: { text: string; fault?: string };
}

interface Member {
  host: EngineHost;
  device: Device;
  proofId: string;
  /** Free now; `device` tells what was while nothing was loaded. */
  roomBytes: number;
  /** The process that has proved itself: one that started after a crash has not. */
  provedPid?: number | undefined;
  proving?: Promise<void> | undefined;
}

export async function openPool(options: PoolOptions): Promise<EnginePool> {
  const { open, find = findDevices, log } = options;
  const pool = new Pool(options, await find(open, process.env));
  await pool.ready();
  log.info({ engine: pool.told.text }, 'experts compute here');
  return pool;
}

class Pool implements EnginePool {
  readonly #options: PoolOptions;
  readonly #why: string;
  readonly #blame = createBlame();
  readonly #faults: string[] = [];
  #members: Member[];
  #cpu: EngineHost | undefined;
  #closing = false;

  constructor(options: PoolOptions, { devices, why }: Found) {
    this.#options = options;
    this.#why = why ?? 'no GPU has come through its proof';
    this.#members = devices.map((device, n) => ({
      ...{ host: options.open(device.env, this.#blame), device: { ...device } },
      ...{ proofId: `gpu-proof-${n}`, roomBytes: device.freeBytes },
    }));
  }

  get devices(): readonly Device[] {
    return this.#members.map(({ device }) => device);
  }

  get told() {
    const text = textOf(this.devices, this.#why).slice(0, MOST_CHARS);
    return this.#faults.length > 0 ? { text, fault: this.#faults.join('; ').slice(0, MOST_CHARS) } : { text };
  }

  engine(name: EngineName): Engine {
    return {
      name,
      load: async (spec, signal) => {
        signal?.throwIfAborted();
        const host = this.#members.length === 0 ? this.#onCpu() : await this.#roomiest(signal);
        return host.engine(name).load(spec, signal);
      },
      close: async () => {},
    };
  }

  openTrial(): EngineHost {
    return this.#options.open(this.#first()?.device.env ?? {});
  }

  crashes(): ReadonlyMap<string, number> {
    return this.#blame.counts();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#cpu?.close(), ...this.#members.map(({ host }) => host.close())]);
  }

  #onCpu(): EngineHost {
    this.#cpu ??= this.#options.open({}, this.#blame);
    return this.#cpu;
  }

  /** Each GPU has a process that has proved itself, or is left out. */
  async ready(): Promise<void> {
    await Promise.all(
      this.#members.map((member) => {
        if (member.provedPid !== undefined && member.provedPid === member.host.pid) return undefined;
        member.proving ??= this.#prove(member);
        return member.proving.finally(() => delete member.proving);
      }),
    );
  }

  async #roomiest(signal?: AbortSignal): Promise<EngineHost> {
    await letGo(this.ready(), signal, 0, async () => {});
    await Promise.all(
      this.#members.map(async (member) => {
        member.roomBytes = await freeOf(member).catch(() => 0);
      }),
    );
    return this.#first()?.host ?? this.#onCpu();
  }

  #first(): Member | undefined {
    return [...this.#members].sort((a, b) => b.roomBytes - a.roomBytes)[0];
  }

  async #prove(member: Member): Promise<void> {
    try {
      const proof = await this.#options.proof();
      if (proof) await prove(member.host.engine('llama'), member.proofId, proof, AbortSignal.timeout(PROOF_LIMIT_MS));
      member.device.freeBytes = await freeOf(member);
      member.provedPid = member.host.pid;
    } catch (error) {
      if (this.#closing) return;
      const fault = `${textOf([member.device], '')}: ${messageOf(error)}`;
      this.#options.log.warn({ err: fault }, 'a GPU is left out until the next start');
      this.#faults.push(fault);
      this.#members = this.#members.filter((one) => one !== member);
      await member.host.close();
    }
  }
}

/** @throws where the process has no GPU any more */
async function freeOf({ host }: Member): Promise<number> {
  const seen = await host.engine('llama').see!(AbortSignal.timeout(PROOF_LIMIT_MS));
  if (!seen.gpu) throw new Error(seen.why);
  return seen.freeBytes;
}

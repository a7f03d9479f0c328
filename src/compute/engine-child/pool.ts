import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Engine, EngineName, ModelSpec } from '../engine.ts';
import { type Blame, createBlame } from './blame.ts';
import { type Device, findDevices, textOf } from './devices.ts';
import { EngineLost } from './failures.ts';
import type { EngineHost } from './host.ts';
import { letGo } from './let-go.ts';
import { type Proof, prove } from './proof.ts';

/** Drivers make their programs at the first use. */
const PROOF_LIMIT_MS = 120_000;
const MOST_CHARS = 400;

export interface PoolOptions {
  /** A process bound by its environment; whose crashes count for itself alone where no blame is given. */
  open(env: NodeJS.ProcessEnv, blame?: Blame): EngineHost;
  /** What each GPU must read right; asked for only where there is one. */
  proof(): Promise<Proof | undefined>;
  find?: typeof findDevices;
  log: Log;
}

export type Trial = Pick<EngineHost, 'engine' | 'close'>;

/** Where experts compute: a process on each GPU that has proved itself, else one on the CPU. */
export interface EnginePool extends Omit<EngineHost, 'pid'> {
  openTrial(): Trial;
  /** The devices are known, and each has a process that has proved itself. */
  ready(): Promise<void>;
  /** None: the CPU. */
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

/** At once: who loads waits until the devices are known. */
export function openPool(options: PoolOptions): EnginePool {
  const pool = new Pool(options);
  void pool.ready().then(() => options.log.info({ engine: pool.told.text }, 'experts compute here'));
  return pool;
}

class Pool implements EnginePool {
  readonly #options: PoolOptions;
  readonly #blame = createBlame();
  readonly #looking = new Set<EngineHost>();
  readonly #found: Promise<void>;
  readonly #faults: string[] = [];
  /** Experts whose load ended a process on a GPU: there may be something in them that its driver cannot do. */
  readonly #onlyCpu = new Set<string>();
  #why = 'GPUs are being looked for';
  #members: Member[] = [];
  #cpu: EngineHost | undefined;
  #closing = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#found = this.#find();
  }

  get devices(): readonly Device[] {
    return this.#members.map(({ device }) => device);
  }

  get told() {
    const text = textOf(this.devices, this.#why).slice(0, MOST_CHARS);
    return this.#faults.length > 0 ? { text, fault: this.#faults.join('; ').slice(0, MOST_CHARS) } : { text };
  }

  engine(name: EngineName): Engine {
    const load: Engine['load'] = async (spec, signal) => {
      signal?.throwIfAborted();
      await letGo(this.ready(), signal, 0, async () => {});
      const member = this.#onlyCpu.has(spec.id) ? undefined : await this.#roomiest();
      if (!member) return this.#onCpu().engine(name).load(spec, signal);
      return member.host
        .engine(name)
        .load(spec, signal)
        .catch((error) => {
          if (error instanceof EngineLost) this.#onlyCpu.add(spec.id);
          throw error;
        });
    };
    return { name, load, close: async () => {} };
  }

  openTrial(): Trial {
    const { open } = this.#options;
    const gpu = this.#first()?.device.env;
    const hosts = [open(gpu ?? {})];
    const load = async (name: EngineName, spec: ModelSpec, signal?: AbortSignal) => {
      const engine = hosts[0]!.engine(name);
      if (!gpu) return engine.load(spec, signal);
      return engine.load(spec, signal).catch((error) => {
        if (!(error instanceof EngineLost)) throw error;
        this.#onlyCpu.add(spec.id);
        hosts.push(open({}));
        return hosts[1]!.engine(name).load(spec, signal);
      });
    };
    return {
      engine: (name) => ({ name, load: (spec, signal) => load(name, spec, signal), close: async () => {} }),
      close: async () => void (await Promise.all(hosts.map((host) => host.close()))),
    };
  }

  crashes(): ReadonlyMap<string, number> {
    return this.#blame.counts();
  }

  async close(): Promise<void> {
    this.#closing = true;
    const hosts = [...this.#looking, this.#cpu, ...this.#members.map(({ host }) => host)];
    await Promise.all(hosts.map((host) => host?.close()));
  }

  async ready(): Promise<void> {
    await this.#found;
    await Promise.all(
      this.#members.map((member) => {
        if (member.provedPid !== undefined && member.provedPid === member.host.pid) return undefined;
        member.proving ??= this.#prove(member).finally(() => {
          member.proving = undefined;
        });
        return member.proving;
      }),
    );
  }

  async #find(): Promise<void> {
    const { open, find = findDevices } = this.#options;
    const openLook = (env: NodeJS.ProcessEnv) => {
      const host = open(env);
      this.#looking.add(host);
      return host;
    };
    const { devices, why } = await find(openLook, process.env);
    this.#looking.clear();
    if (this.#closing) return;
    this.#why = why ?? 'no GPU has come through its proof';
    this.#members = devices.map((device, n) => ({
      ...{ host: open(device.env, this.#blame), device: { ...device } },
      ...{ proofId: `gpu-proof-${n}`, roomBytes: device.freeBytes },
    }));
  }

  async #roomiest(): Promise<Member | undefined> {
    const members = this.#members;
    if (members.length > 1)
      await Promise.all(
        members.map(async (member) => {
          member.roomBytes = await freeOf(member).catch(() => 0);
        }),
      );
    return this.#first();
  }

  #onCpu(): EngineHost {
    this.#cpu ??= this.#options.open({}, this.#blame);
    return this.#cpu;
  }

  #first(): Member | undefined {
    return [...this.#members].sort((a, b) => b.roomBytes - a.roomBytes)[0];
  }

  async #prove(member: Member): Promise<void> {
    const { host, device, proofId } = member;
    try {
      const proof = await this.#options.proof();
      if (proof) await prove(host.engine('llama'), proofId, proof, AbortSignal.timeout(PROOF_LIMIT_MS));
      device.freeBytes = await freeOf(member);
      member.provedPid = host.pid;
    } catch (error) {
      if (this.#closing) return;
      const fault = `${textOf([device], '')}: ${messageOf(error)}`;
      this.#options.log.warn({ err: fault }, 'a GPU is left out until the next start');
      this.#faults.push(fault);
      this.#members = this.#members.filter((one) => one !== member);
      await host.close();
    }
  }
}

/** @throws where the process has no GPU any more */
async function freeOf({ host }: Member): Promise<number> {
  const seen = await host.engine('llama').see!(AbortSignal.timeout(PROOF_LIMIT_MS));
  if (!seen.gpu) throw new Error(seen.why);
  return seen.freeBytes;
}

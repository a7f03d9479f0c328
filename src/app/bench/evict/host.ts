/**
 * One accelerator host in virtual time: a single loader, `slots` streams of equal speed, questions that wait for their
 * model. What to load and what to unload is a policy; the same host serves all of them.
 */
export interface Request {
  atS: number;
  inTokens: number;
  outTokens: number;
  expert: number;
}

export interface HostFacts {
  loadFixedS: number;
  loadGBps: number;
  prefillTokPerS: number;
  decodeTokPerS: number;
  slots: number;
}

export interface ResidentView {
  expert: number;
  busy: boolean;
  lastUseS: number;
  loadedS: number;
}

export interface PolicyView {
  nowS: number;
  freeGB: number;
  residents: ResidentView[];
  /** In order of the first question of each. */
  waiting: { expert: number; count: number; sinceS: number }[];
}

export type PolicyChoice = { load: number; unload: number[] } | { againS: number; drain: number[] };

export interface Policy {
  asked?(expert: number, nowS: number): void;
  choose(view: PolicyView): PolicyChoice;
  /** Nobody waits and nothing is being loaded: a model to load ahead into free memory. */
  ahead?(view: PolicyView, answering: number): number | undefined;
}

export interface HostResult {
  loadS: number;
  loads: number;
  /** Sorted, seconds from arrival to the first token. */
  ttftS: number[];
}

interface Resident {
  running: number;
  queued: number;
  lastUseS: number;
  loadedS: number;
}

interface Setup {
  sizesGB: readonly number[];
  host: HostFacts;
  budgetGB: number;
  policy: Policy;
}

class Host {
  readonly result: HostResult = { loadS: 0, loads: 0, ttftS: [] };
  readonly #setup: Setup;
  readonly #resident = new Map<number, Resident>();
  readonly #waiting = new Map<number, Request[]>();
  readonly #ready: Request[] = [];
  readonly #ends: { atS: number; expert: number }[] = [];
  #drained = new Set<number>();
  #loading: { expert: number; doneS: number } | undefined;
  #usedGB = 0;
  #wakeS = Number.POSITIVE_INFINITY;

  constructor(setup: Setup) {
    this.#setup = setup;
  }

  /** When something happens next without a new question. */
  get nextS(): number {
    const never = Number.POSITIVE_INFINITY;
    return Math.min(this.#loading?.doneS ?? never, this.#ends[0]?.atS ?? never, this.#wakeS);
  }

  get idle(): boolean {
    return this.#waiting.size === 0 && this.#ready.length === 0;
  }

  advance(nowS: number, request: Request | undefined): void {
    if (request) this.#arrive(request, nowS);
    else if (this.#loading?.doneS === nowS) this.#loaded(this.#loading.expert, nowS);
    else if (this.#ends[0]?.atS === nowS) {
      const r = this.#resident.get(this.#ends.shift()!.expert)!;
      r.running--;
      r.lastUseS = nowS;
    }
    const { slots } = this.#setup.host;
    while (this.#ends.length < slots && this.#ready.length > 0) this.#start(this.#ready.shift()!, nowS);
    this.#plan(nowS);
  }

  #arrive(request: Request, nowS: number): void {
    this.#setup.policy.asked?.(request.expert, nowS);
    const r = this.#resident.get(request.expert);
    if (r && !this.#drained.has(request.expert)) {
      this.#queue(r, [request]);
      return;
    }
    const queue = this.#waiting.get(request.expert);
    if (queue) queue.push(request);
    else this.#waiting.set(request.expert, [request]);
  }

  #queue(r: Resident, requests: readonly Request[]): void {
    r.queued += requests.length;
    this.#ready.push(...requests);
  }

  #start(request: Request, nowS: number): void {
    const { prefillTokPerS, decodeTokPerS } = this.#setup.host;
    const r = this.#resident.get(request.expert)!;
    r.running++;
    r.queued--;
    r.lastUseS = nowS;
    const prefillS = request.inTokens / prefillTokPerS;
    this.result.ttftS.push(nowS - request.atS + prefillS);
    const end = { atS: nowS + prefillS + request.outTokens / decodeTokPerS, expert: request.expert };
    const at = this.#ends.findIndex((e) => e.atS > end.atS);
    this.#ends.splice(at < 0 ? this.#ends.length : at, 0, end);
  }

  #loaded(expert: number, nowS: number): void {
    const r: Resident = { running: 0, queued: 0, lastUseS: nowS, loadedS: nowS };
    this.#resident.set(expert, r);
    this.#queue(r, this.#waiting.get(expert) ?? []);
    this.#waiting.delete(expert);
    this.#loading = undefined;
  }

  #plan(nowS: number): void {
    this.#wakeS = Number.POSITIVE_INFINITY;
    if (this.#loading) return;
    const waiting = [...this.#waiting].filter(([expert]) => !this.#resident.has(expert));
    const { policy, budgetGB } = this.#setup;
    const view: PolicyView = {
      nowS,
      freeGB: budgetGB - this.#usedGB,
      residents: [...this.#resident].map(([expert, r]) => ({ expert, busy: r.running + r.queued > 0, ...r })),
      waiting: waiting.map(([expert, q]) => ({ expert, count: q.length, sinceS: q[0]!.atS })),
    };
    if (waiting.length === 0) {
      this.#readmit([]);
      const ahead = policy.ahead?.(view, this.#ends.length + this.#ready.length);
      if (ahead !== undefined) this.#load(ahead, [], nowS);
      return;
    }
    const choice = policy.choose(view);
    if ('againS' in choice) {
      this.#wakeS = nowS + Math.max(1e-3, choice.againS);
      this.#readmit(choice.drain);
    } else {
      this.#load(choice.load, choice.unload, nowS);
      this.#readmit([]);
    }
  }

  /** Questions for a model that was to make room, and need not any more. */
  #readmit(drain: readonly number[]): void {
    this.#drained = new Set(drain);
    for (const [expert, queue] of this.#waiting) {
      const r = this.#resident.get(expert);
      if (!r || this.#drained.has(expert)) continue;
      this.#queue(r, queue);
      this.#waiting.delete(expert);
    }
  }

  #load(expert: number, unload: readonly number[], nowS: number): void {
    const { sizesGB, host, budgetGB } = this.#setup;
    for (const e of unload) {
      if (this.#resident.get(e)!.running > 0) throw new Error(`a policy unloaded ${e} while it was in use`);
      this.#resident.delete(e);
      this.#usedGB -= sizesGB[e]!;
    }
    this.#usedGB += sizesGB[expert]!;
    if (this.#usedGB > budgetGB + 1e-9) throw new Error('a policy loaded more than fits');
    const loadS = host.loadFixedS + sizesGB[expert]! / host.loadGBps;
    this.result.loadS += loadS;
    this.result.loads++;
    this.#loading = { expert, doneS: nowS + loadS };
  }
}

export function simulateHost(
  requests: readonly Request[],
  sizesGB: readonly number[],
  host: HostFacts,
  budgetGB: number,
  policy: Policy,
): HostResult {
  const machine = new Host({ sizesGB, host, budgetGB, policy });
  let next = 0;
  for (;;) {
    const request = requests[next];
    const nowS = Math.min(request?.atS ?? Number.POSITIVE_INFINITY, machine.nextS);
    if (nowS === Number.POSITIVE_INFINITY) break;
    const arrives = request?.atS === nowS;
    if (arrives) next++;
    machine.advance(nowS, arrives ? request : undefined);
  }
  if (!machine.idle) throw new Error('a policy left questions unanswered');
  machine.result.ttftS.sort((a, b) => a - b);
  return machine.result;
}

/** Of sorted values. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;

import type { Clock } from '../core/clock.ts';
import type { Power } from './power.ts';
import { Refusal } from './refusal.ts';
import { type Asking, type Obstacle, obstacle, type Supply, type Tier, type Verdict } from './scheduler/decide.ts';
import type { Plan } from './scheduler/schedule.ts';
import type { Work } from './work.ts';

export type Asked = Omit<Asking, 'id' | 'waitedS'>;

export interface Entry {
  /** Not here: by whoever answers for us. */
  elsewhere: boolean;
  eurPerMtoken: number;
  reason: string;
  /** Of an economy answer: aborted when it must give way to a question, or its watts are free no more. */
  giveWay?: AbortSignal;
  /** Call exactly once, when the question is done. */
  leave(): void;
}

/** Where questions come in: counted, then admitted, deferred, sent elsewhere or refused, as the plan says. */
export interface Door {
  /** Waits for the first grant of this boot, and for the verdict. @throws Refusal */
  enter(asked: Asked, signal: AbortSignal): Promise<Entry>;
  /** Waiting in a lane may take longer than a grant lasts. @throws Refusal */
  recheck(): void;
  /** Standard ones: being answered, waiting, or at the door. */
  questions(): number;
  /** Economy ones: being answered, and deferred. */
  economy(): { active: number; deferred: number };
  /** For the plan: what is here, and who asks. */
  facts(): { supply: Supply; economy: number; asking: Asking[] };
  apply(plan: Pick<Plan, 'verdicts' | 'giveWay'>): void;
  /** Called when somebody comes (`asked`) or is done. */
  onChange(listener: (asked: boolean) => void): void;
}

export interface DoorParts {
  power: Power;
  work: Work;
  clock: Clock;
  /** Answers at once. */
  width: number;
}

/** Deferred questions each hold a connection. */
const MAX_DEFERRED = 128;
const CROWD_RETRY_S = 600;

interface Waiting {
  asked: Asked;
  sinceMs: number;
  resolve(entry: Entry): void;
  reject(error: unknown): void;
}

const refusalOf = ({ code, reason, retryAfterS }: Obstacle) => new Refusal(code, reason, retryAfterS);

export const createDoor = (parts: DoorParts): Door => new Entrance(parts);

class Entrance implements Door {
  readonly #parts: DoorParts;
  readonly #waiting = new Map<number, Waiting>();
  readonly #active: Record<Tier, number> = { standard: 0, economy: 0 };
  readonly #yielding = new Set<AbortController>();
  #atDoor = 0;
  #lastId = 0;
  #changed: (asked: boolean) => void = () => {};

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  onChange(listener: (asked: boolean) => void): void {
    this.#changed = listener;
  }

  async enter(asked: Asked, signal: AbortSignal): Promise<Entry> {
    const people = asked.tier === 'standard' ? 1 : 0;
    this.#atDoor += people;
    if (people) this.#changed(true);
    try {
      await this.#parts.power.first(signal);
      return await this.#wait(asked, signal);
    } finally {
      this.#atDoor -= people;
    }
  }

  recheck(): void {
    const found = obstacle(this.#supply(0));
    if (found) throw refusalOf(found);
  }

  questions(): number {
    return this.#atDoor + this.#active.standard;
  }

  economy(): { active: number; deferred: number } {
    return { active: this.#active.economy, deferred: this.#waiting.size };
  }

  facts() {
    const nowMs = this.#parts.clock.monoMs();
    const { standard, economy } = this.#active;
    const asking = [...this.#waiting].map(([id, w]) => ({ ...w.asked, id, waitedS: (nowMs - w.sinceMs) / 1000 }));
    return { supply: this.#supply(standard + economy), economy, asking };
  }

  apply({ verdicts, giveWay }: Pick<Plan, 'verdicts' | 'giveWay'>): void {
    if (giveWay !== undefined) for (const one of this.#yielding) one.abort(new DOMException(giveWay, 'AbortError'));
    for (const [id, verdict] of verdicts) this.#tell(id, verdict);
  }

  #supply(active: number): Supply {
    const { power, work, width } = this.#parts;
    const { watts: grantW, freeW, reason } = power.now();
    return {
      grantW,
      freeW,
      grantText: reason.text,
      owedJ: work.owedJ(),
      active,
      questions: this.questions(),
      width,
      answerS: work.totals().answerS,
    };
  }

  async #wait(asked: Asked, signal: AbortSignal): Promise<Entry> {
    signal.throwIfAborted();
    // One that gave way has its place: it was counted as active until now.
    if (asked.tier === 'economy' && this.#waiting.size + this.#active.economy >= MAX_DEFERRED) {
      throw new Refusal('BUSY', `${MAX_DEFERRED} questions wait for free watts already`, CROWD_RETRY_S);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    const id = ++this.#lastId;
    const giveUp = () => {
      if (this.#waiting.delete(id)) reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.set(id, { asked, sinceMs: this.#parts.clock.monoMs(), resolve, reject });
    this.#changed(asked.tier === 'economy');
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  #tell(id: number, verdict: Verdict): void {
    if (verdict.do === 'defer') return;
    const { asked, resolve, reject } = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    if (verdict.do === 'refuse') reject(refusalOf(verdict));
    else if (verdict.do === 'forward') {
      const { reason } = verdict;
      resolve({ elsewhere: true, eurPerMtoken: asked.listEurPerMtoken, reason, leave: () => {} });
    } else resolve(this.#admitted(asked, verdict));
  }

  #admitted({ tier }: Asked, { eurPerMtoken, reason }: Extract<Verdict, { do: 'admit' }>): Entry {
    this.#active[tier]++;
    const way = new AbortController();
    if (tier === 'economy') this.#yielding.add(way);
    const leave = () => {
      this.#active[tier]--;
      this.#yielding.delete(way);
      this.#changed(false);
    };
    return { elsewhere: false, eurPerMtoken, reason, giveWay: way.signal, leave };
  }
}

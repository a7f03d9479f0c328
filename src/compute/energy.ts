import type { Card } from '../contract/cards.ts';
import type { ControlState } from '../contract/messages.ts';
import type { Clock } from '../core/clock.ts';
import type { Link } from '../core/link.ts';

/** A gap this long between two readings tells nothing of what ran in it. */
const MOST_S = 3;
/** Fewer tokens are mostly the edges of readings: each may hold up to a second of idling. */
const LEAST_TOKENS = 1000;

export interface EnergyParts {
  link: Pick<Link, 'on'>;
  /** Tokens since boot of each expert, answers and filler. */
  tokens(): ReadonlyMap<string, number>;
  card: Card & { measured: boolean };
  clock: Clock;
}

/** Of one expert since boot. `jPerToken` counts all that the cards draw while it computes, idle watts with it. */
export interface ExpertEnergy {
  tokens: number;
  joules: number;
  jPerToken: number;
  /** By watts read while it computed; of the card, under its caps; or the published figure of the card. */
  energyFrom: 'expert' | 'card' | 'modelled';
}

export type EnergyOf = (expert: string) => ExpertEnergy;

/** Shares out the watts that control reads from the cards, reading by reading, by the tokens of each expert in between. */
export function watchEnergy({ link, tokens, card, clock }: EnergyParts): EnergyOf {
  const shared = new Map<string, { tokens: number; joules: number }>();
  let before = new Map<string, number>();
  let beforeMs: number | undefined;
  const share = (joules: number, made: readonly (readonly [string, number])[]) => {
    const all = made.reduce((sum, [, n]) => sum + n, 0);
    for (const [expert, n] of made) {
      const so = shared.get(expert) ?? { tokens: 0, joules: 0 };
      shared.set(expert, { tokens: so.tokens + n, joules: so.joules + (joules * n) / all });
    }
  };
  link.on('controlState', ({ simulated, sensors: { accelW } }: ControlState) => {
    // Watts of a simulated accelerator are made from tokens: they measure nothing.
    if (simulated) return;
    const nowMs = clock.monoMs();
    const dtS = beforeMs === undefined ? Number.POSITIVE_INFINITY : (nowMs - beforeMs) / 1000;
    const now = new Map(tokens());
    const made = [...now].map(([id, n]) => [id, n - (before.get(id) ?? 0)] as const).filter(([, n]) => n > 0);
    beforeMs = nowMs;
    before = now;
    if (accelW?.quality === 'good' && accelW.value !== null && dtS <= MOST_S)
      share(Math.max(0, accelW.value) * dtS, made);
  });
  return (expert) => {
    const all = tokens().get(expert) ?? 0;
    const so = shared.get(expert);
    const enough = so !== undefined && so.tokens >= LEAST_TOKENS;
    const jPerToken = enough ? so.joules / so.tokens : card.jPerToken;
    const energyFrom = enough ? 'expert' : card.measured ? 'card' : 'modelled';
    return { tokens: all, joules: all * jPerToken, jPerToken, energyFrom };
  };
}

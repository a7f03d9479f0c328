import type { Override, OverrideCommand } from '../../contract/comfort.ts';
import type { Reason } from '../../contract/messages.ts';
import { isGroup, kindsOf, OVERRIDE_BY_K, OVERRIDE_MAX_MIN, type OverrideKind } from '../../contract/override-kinds.ts';
import { type CostFacts, costOf } from './cost.ts';

/** Wishes that end by themselves. One concept for all of them, one of each kind at a time; kept over restarts. */
export interface OverrideFacts extends CostFacts {
  hasTank: boolean;
  /** The tank has reached its set-point: hot water once is done. */
  tankHot: boolean;
}

/** "2 h 30 min"; from three days on "5 d 2 h". */
export function durationText(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes >= 3 * 1440) {
    const hours = Math.round(minutes / 60);
    return `${Math.floor(hours / 24)} d${hours % 24 > 0 ? ` ${hours % 24} h` : ''}`;
  }
  const h = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [h > 0 ? `${h} h` : '', rest > 0 || h === 0 ? `${rest} min` : ''].filter(Boolean).join(' ');
}

const NAMES: Record<OverrideKind, (o: { byK: number }) => string> = {
  warmer: (o) => `warmer by ${o.byK} K`,
  'hot-water-once': () => 'hot water once',
  quiet: () => 'quiet',
  'pause-compute': () => 'computing paused',
  holiday: (o) => `holiday, ${o.byK} K of set-back`,
  screed: () => 'screed drying',
};

type Effect = Pick<OverrideFacts, 'mode' | 'house' | 'hasTank'>;

/** Why a wish of this kind can do nothing; undefined when it can. */
function idleWhy(kind: OverrideKind, { mode, house, hasTank }: Effect): string | undefined {
  const isHeating = kind === 'warmer' || kind === 'hot-water-once' || kind === 'holiday';
  if (isHeating && mode === 'off') return 'the mode is off';
  if (kind === 'hot-water-once' && !hasTank) return 'there is no tank';
  if (kind === 'screed' && mode !== 'heating') return 'the mode is not heating';
  return kind === 'pause-compute' && house.accelMaxW === 0 ? 'there is no accelerator' : undefined;
}

function taken(command: OverrideCommand, kind: OverrideKind, facts: OverrideFacts): Override {
  const leftS = Math.min(command.forMin, OVERRIDE_MAX_MIN[kind]) * 60;
  const usualK = OVERRIDE_BY_K[kind];
  const byK = usualK === undefined ? 0 : (command.byK ?? usualK);
  const idle = idleWhy(kind, facts);
  const cost = idle ? { eur: 0, text: `changes nothing as long as ${idle}` } : costOf(kind, leftS, byK, facts);
  const name = NAMES[kind]({ byK });
  const span = kind === 'hot-water-once' ? 'within' : 'for';
  const text = `${name} ${span} ${durationText(leftS)}: ${cost.text}`;
  return { kind, id: command.id, by: command.by, leftS, byK, costEur: cost.eur, text: text.slice(0, 300) };
}

/** Time passes, done and cancelled ones go, new ones come. */
export function overridesStep(
  before: readonly Override[],
  commands: readonly OverrideCommand[],
  facts: OverrideFacts,
  dtS: number,
): Override[] {
  let list = before
    .map((o) => ({ ...o, leftS: o.leftS - dtS }))
    .filter((o) => o.leftS > 0 && !(o.kind === 'hot-water-once' && facts.tankHot));
  for (const command of commands) {
    const { kind, forMin } = command;
    if (isGroup(kind) && forMin > 0) continue;
    const ended = kindsOf(kind);
    list = list.filter((o) => !ended.includes(o.kind));
    if (!isGroup(kind) && forMin > 0) list.push(taken(command, kind, facts));
  }
  return list;
}

/** What each of them does now, or why it cannot. */
export function overrideReasons(list: readonly Override[], effect: Effect): Reason[] {
  return list.map((o) => {
    const idle = idleWhy(o.kind, effect);
    const left = o.kind === 'hot-water-once' ? '' : ` for ${durationText(o.leftS)} more`;
    const text = `${NAMES[o.kind](o)}${left}, asked by ${o.by}${idle ? `; no effect now: ${idle}` : ''}`;
    return { what: 'override', code: `override-${o.kind}`, text: text.slice(0, 400) };
  });
}

import type { Override } from '../contract/comfort.ts';
import type { ControlState, Event, Grant, SetPoints } from '../contract/messages.ts';
import { type Image, SENSOR_NAMES } from '../contract/points.ts';
import { OBSERVE_DAYS } from '../contract/today-line.ts';
import { COMFORT_AGE_MS, isTrip, TRIP_AGE_MS } from './estimate/points.ts';
import type { Verdict } from './types.ts';

/** What is published about a tick. Pure. */
export interface ReportFacts {
  image: Image;
  verdict: Verdict;
  setPoints: SetPoints;
  houseTimeMs: number;
  board: string;
  simulated: boolean;
  speed: number;
  lateness: ControlState['lateness'];
}

const REFUSED =
  'acknowledged five times within a day: the latch stays; mend its cause, then restart the unit, or wait for tomorrow';
/** Reasons that are news when they appear. */
const TOLD = /^(grid-dimmed|sg-ready-.*|emergency-heat|observe|legionella-(run|failed|overdue))$/;

/** What the board does not have is not shown: nobody misses it. */
function views(image: Image): ControlState['sensors'] {
  const entries = SENSOR_NAMES.flatMap((name) => {
    const { value, atMs, quality, reason } = image.sensors[name];
    if (quality === 'absent') return [];
    const ageMs = Math.max(0, Math.round(image.atMs - atMs));
    const old = quality === 'good' && ageMs > (isTrip(name) ? TRIP_AGE_MS : COMFORT_AGE_MS);
    const view = { value: Number.isFinite(value) ? value : null, ageMs, quality: old ? ('stale' as const) : quality };
    return [[name, reason === undefined ? view : { ...view, reason }]];
  });
  return Object.fromEntries(entries) as ControlState['sensors'];
}

export function controlStateOf(facts: ReportFacts): ControlState {
  const { image, verdict, setPoints, houseTimeMs, board, simulated, speed, lateness } = facts;
  const { action, safety, latched, outputs, grantW, heatNeedW, heat, energy, meters, overrides, reasons } = verdict;
  const { latches, inEffect } = verdict;
  const { wouldBe, observed, commission, zones, price } = verdict;
  return {
    tick: image.tick,
    houseTimeMs,
    board,
    simulated,
    speed,
    action,
    safety,
    latched,
    ...(latches.length > 0 && { latches }),
    setPoints,
    inEffect,
    sensors: views(image),
    outputs,
    grantW,
    heatNeedW,
    heat,
    energy,
    meters,
    price,
    ...(zones && { zones }),
    overrides,
    reasons,
    ...(wouldBe && { wouldBe }),
    ...(observed && { observed }),
    ...(commission && { commission }),
    lateness,
  };
}

/** Its reason is what the headline says of computing, behind what it says of the house. */
export function grantOf({ grantW, fillerW, action, reasons }: Verdict): Grant {
  const { text, ...reason } = reasons[0]!;
  const ofComputing = action === 'fault' ? text : text.slice(text.indexOf('; ') + 1).trim();
  return { watts: grantW, fillerW, reason: { ...reason, text: ofComputing } };
}

function overrideEvents(before: Verdict | undefined, after: Verdict): [code: string, text: string][] {
  const had = before?.overrides ?? [];
  const knew = (o: Override) => had.some((h) => h.kind === o.kind && h.id === o.id && h.text === o.text);
  const ended = had.filter((h) => !after.overrides.some((o) => o.kind === h.kind));
  return [
    ...after.overrides.filter((o) => !knew(o)).map((o): [string, string] => ['override', `${o.by}: ${o.text}`]),
    ...ended.map((h): [string, string] => ['override-ended', `${h.kind} has ended`]),
  ];
}

function acknowledgeEvents({ acknowledged }: Verdict): [code: string, text: string][] {
  if (!acknowledged) return [];
  const { by, lifted, left, refused } = acknowledged;
  const events: [string, string][] = [];
  if (lifted.length > 0) events.push(['acknowledged', `acknowledged by ${by}: ${lifted.join(', ')}`]);
  if (refused) events.push(['acknowledge-refused', REFUSED]);
  else if (left.length > 0) events.push(['acknowledge-refused', `its cause is still there: ${left.join('; ')}`]);
  return events;
}

const asks = ({ observed }: Verdict) => (observed?.days ?? 0) >= OBSERVE_DAYS;

/** What is worth a line of history between two verdicts: safety, latch, action, wishes of the grid. */
export function changesBetween(before: Verdict | undefined, after: Verdict, timeMs: number): Event[] {
  const say = (level: Event['level'], code: string, text: string): Event => ({
    timeMs,
    level,
    source: 'control',
    code,
    text: text.slice(0, 400),
  });
  const events: Event[] = [];
  const cause = after.reasons.find((r) => r.code !== after.action && r.what !== 'unit')?.text ?? '';
  if (after.latched && !before?.latched) events.push(say('fault', 'latched', cause));
  events.push(
    ...acknowledgeEvents(after).map(([code, text]) => say(code === 'acknowledged' ? 'info' : 'warn', code, text)),
  );
  if (before && after.safety !== before.safety) {
    const level = after.safety === 'S0' ? 'info' : after.safety === 'S1' ? 'warn' : 'fault';
    const text = after.safety === 'S0' ? 'back to normal' : cause;
    events.push(say(level, `safety-${after.safety}`, text));
  }
  if (before && asks(after) && !asks(before))
    events.push(
      say('info', 'observed', 'a week of observing is over: see what it has shown, and whether control shall drive'),
    );
  events.push(...overrideEvents(before, after).map(([code, text]) => say('info', code, text)));
  for (const r of after.reasons.filter((r) => TOLD.test(r.code))) {
    if (before && !before.reasons.some((b) => b.code === r.code)) events.push(say('info', r.code, r.text));
  }
  if (after.action !== before?.action) events.push(say('info', `action-${after.action}`, after.reasons[0]?.text ?? ''));
  return events;
}

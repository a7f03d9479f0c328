import type { z } from 'zod';
import { Acknowledge, type Latch } from '../../contract/acknowledge.ts';
import { type Override, OverrideCommand } from '../../contract/comfort.ts';
import { type ControlState, DEFAULT_SETPOINTS, SetCommand, SetPoints } from '../../contract/messages.ts';
import { isGroup, kindsOf, OVERRIDE_BY_K, OVERRIDE_MAX_MIN, OVERRIDE_MIN } from '../../contract/override-kinds.ts';
import { SET_NAMES } from '../../contract/set-names.ts';
import { HeatmineError } from '../../core/errors.ts';
import { exampleText, issueText as issueOf } from '../../core/issues.ts';
import type { View } from '../view.ts';

/** What people may change over HTTP: a set-point, or a wish that ends by itself. Both are answered with what took effect. */
const ECHO_LIMIT_MS = 2_000;

const SetBody = SetCommand.extend({ by: SetCommand.shape.by.default('page') }).strict();
const OverrideBody = OverrideCommand.extend({ by: OverrideCommand.shape.by.default('page') }).strict();

const AcknowledgeBody = Acknowledge.extend({ by: Acknowledge.shape.by.default('page') }).strict();

export const issueText = (error: z.ZodError) =>
  error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}${issue.path.length ? ': ' : ''}${issueOf(issue)}`)
    .join('; ');

export function parseBody<T>(schema: z.ZodType<T>, text: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new HeatmineError('MESSAGE_INVALID', 'body is no JSON');
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new HeatmineError('MESSAGE_INVALID', issueText(parsed.error));
  return parsed.data;
}

/** Checks the value before anything is sent; throws VALUE_RANGE or MESSAGE_INVALID with the reason. */
export function parseSet(text: string): SetCommand {
  const command = parseBody(SetBody, text);
  const value = SetPoints.shape[command.name].safeParse(command.value);
  if (value.success) return command;
  const example = exampleText(DEFAULT_SETPOINTS[command.name]);
  throw new HeatmineError('VALUE_RANGE', `${SET_NAMES[command.name]}: ${issueText(value.error)}${example}`);
}

export function parseOverride(text: string): OverrideCommand {
  const command = parseBody(OverrideBody, text);
  const { kind, forMin, byK } = command;
  const refuse = (why: string) => {
    throw new HeatmineError('VALUE_RANGE', why);
  };
  if (isGroup(kind)) {
    if (forMin > 0) refuse(`${kind} can only be ended: forMin 0`);
    return command;
  }
  const mostMin = OVERRIDE_MAX_MIN[kind];
  if (forMin > mostMin)
    refuse(`forMin: ${kind} holds for ${mostMin} at most, such as ${OVERRIDE_MIN[kind]}, not ${forMin}`);
  if (byK !== undefined && !(kind in OVERRIDE_BY_K))
    refuse(`byK: ${kind} has no kelvins, only ${Object.keys(OVERRIDE_BY_K).join(' and ')} have`);
  return command;
}

/** Sends by `send` and waits until a later state shows it by `shows`; the state that stands then, and whether it did. */
async function settled(
  view: View,
  send: () => boolean,
  shows: (state: ControlState) => boolean,
): Promise<{ applied: boolean; control: ControlState }> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ECHO_LIMIT_MS);
  const off = view.onControl((state) => {
    if (shows(state)) resolve(true);
  });
  try {
    if (!view.snapshot().control) throw new HeatmineError('NOT_RUNNING', 'no word from control');
    if (!send()) throw new HeatmineError('NOT_RUNNING', 'the broker is away');
    const applied = await promise;
    const control = view.snapshot().control;
    if (!control) throw new HeatmineError('NOT_RUNNING', 'no word from control');
    return { applied, control };
  } finally {
    clearTimeout(timer);
    off();
  }
}

export async function applySet(view: View, command: SetCommand): Promise<{ applied: boolean; setPoints: SetPoints }> {
  const { applied, control } = await settled(
    view,
    () => view.send('set', command),
    (state) => state.setPoints[command.name] === command.value,
  );
  return { applied, setPoints: control.setPoints };
}

export const parseAcknowledge = (text: string): Acknowledge => parseBody(AcknowledgeBody, text);

/** `applied` once nothing is latched whose cause is gone; what is left is told in any case. */
export async function applyAcknowledge(
  view: View,
  command: Acknowledge,
): Promise<{ applied: boolean; latches: Latch[] }> {
  const { applied, control } = await settled(
    view,
    () => view.send('acknowledge', command),
    ({ latches = [] }) => latches.every((l) => l.present),
  );
  return { applied, latches: control.latches ?? [] };
}

export async function applyOverride(
  view: View,
  command: OverrideCommand,
): Promise<{ applied: boolean; overrides: Override[] }> {
  const { kind, forMin, id } = command;
  const { applied, control } = await settled(
    view,
    () => view.send('override', command),
    ({ overrides }) => {
      if (forMin === 0) return !overrides.some((o) => kindsOf(kind).includes(o.kind));
      return overrides.some((o) => o.kind === kind && o.id === id);
    },
  );
  return { applied, overrides: control.overrides };
}

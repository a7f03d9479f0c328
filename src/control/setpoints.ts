import { type SetCommand, SetPoints } from '../contract/messages.ts';

export type SetOutcome = { setPoints: SetPoints } | { refused: string };

/** One change from a person, checked against the range of its set-point. Pure; never throws. */
export function applySet(current: SetPoints, command: SetCommand): SetOutcome {
  const parsed = SetPoints.shape[command.name].safeParse(command.value);
  if (parsed.success) return { setPoints: { ...current, [command.name]: parsed.data } };
  const why = parsed.error.issues[0]?.message ?? 'not valid';
  return { refused: `${command.name} = ${String(command.value)} from ${command.by} refused: ${why}` };
}

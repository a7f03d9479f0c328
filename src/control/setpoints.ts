import { DEFAULT_SETPOINTS, type SetCommand, SetPoints } from '../contract/messages.ts';
import { SET_NAMES } from '../contract/set-names.ts';
import { unitOf } from '../contract/units.ts';
import { issueText } from '../core/issues.ts';
import type { Loaded } from './store.ts';

export type SetOutcome = { setPoints: SetPoints } | { refused: string };

/**
 * What control begins with: the stored wishes. A new unit on a real board only observes until somebody lets it drive; one
 * whose file is damaged goes on heating.
 */
export function firstSetPoints({ stored, problem }: Loaded, simulated: boolean): SetPoints {
  if (stored) return stored.setPoints;
  const isNew = problem === undefined && !simulated;
  return isNew ? { ...DEFAULT_SETPOINTS, operation: 'observe', operationAfter: 'observe' } : DEFAULT_SETPOINTS;
}

/** One change from a person, checked against the range of its set-point. Pure; never throws. */
export function applySet(current: SetPoints, command: SetCommand): SetOutcome {
  const parsed = SetPoints.shape[command.name].safeParse(command.value);
  if (parsed.success) {
    const next: SetPoints = { ...current, [command.name]: parsed.data };
    const { operation } = next;
    const stood = current.operation === 'commission' ? current.operationAfter : current.operation;
    return { setPoints: { ...next, operationAfter: operation === 'commission' ? stood : operation } };
  }
  const why = parsed.error.issues.map(issueText).join(', ');
  const unit = unitOf(command.name)?.symbol;
  const value = unit ? `${command.value} ${unit}` : String(command.value);
  return { refused: `${SET_NAMES[command.name]}: ${value} from ${command.by} refused: ${why}` };
}

import type { ComputeState, ControlState, Reason } from './messages.ts';

/** The chain of reasons of one moment: what control decides, then what compute makes of it, whether its cards are on, what it loads ahead. */
export function reasonsOf(control: Pick<ControlState, 'reasons'> | null, compute: ComputeState | null): Reason[] {
  const computing = compute ? [compute.reason, compute.gate.reason, compute.prefetch] : [];
  return [...(control?.reasons ?? []), ...computing.filter((reason) => reason !== undefined)];
}

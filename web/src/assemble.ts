import { type LiveMessage, laidOn } from '../../src/contract/delta.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Puts the state together from what `live` sends: each message in, the state out. Undefined while a gap in the numbers
 * leaves it unknown; `resync` is called once for each gap, and the whole that comes then ends it.
 */
export function assembler(resync: () => void): (message: LiveMessage<Snapshot>) => Snapshot | undefined {
  let state: Snapshot | undefined;
  let seq = -1;
  let asked = false;
  return (message) => {
    if (message.type === 'snapshot') {
      const { type: _, seq: first, ...whole } = message;
      state = whole;
      seq = first;
      asked = false;
      return state;
    }
    if (message.type !== 'delta') return undefined;
    if (state && message.seq === seq + 1) {
      seq = message.seq;
      state = laidOn(state, message);
      return state;
    }
    state = undefined;
    if (!asked) resync();
    asked = true;
    return undefined;
  };
}

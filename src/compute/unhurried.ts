import type { Clock } from '../core/clock.ts';
import type { Asked, Door, Entry } from './door.ts';

/**
 * Work of the economy tier: `body` runs while the door lets it, and again from its beginning after it gave way, within the
 * time that was asked for. @throws Refusal, and what `body` throws
 */
export async function unhurried<T>(
  { door, clock }: { door: Pick<Door, 'enter'>; clock: Clock },
  asked: Asked,
  signal: AbortSignal,
  body: (entry: Entry, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const startedMs = clock.monoMs();
  for (;;) {
    const deadlineS = asked.deadlineS - (clock.monoMs() - startedMs) / 1000;
    const entry = await door.enter({ ...asked, deadlineS }, signal);
    const { giveWay } = entry;
    try {
      return await body(entry, giveWay ? AbortSignal.any([signal, giveWay]) : signal);
    } catch (error) {
      if (!giveWay?.aborted || signal.aborted) throw error;
    } finally {
      entry.leave();
    }
  }
}

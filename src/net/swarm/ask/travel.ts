import { HeatmineError } from '../../../core/errors.ts';
import { NOT_SERVING } from '../dials.ts';
import { freshIdentity } from '../identity.ts';
import type { Connection } from '../wire/connection.ts';
import { dial } from '../wire/dial.ts';
import type { Experience } from './experience.ts';
import type { Way } from './way.ts';

/** A way that leads nowhere takes seconds to show it: this many, then the question goes to another node. */
const MOST_WAYS = 6;
const REFUSED_POLITELY: readonly string[] = [
  'BUSY',
  'NO_POWER',
  'RATE_LIMITED',
  'NO_SUNSHINE',
  'VOUCHER_DUE',
  'NOT_OFFERED',
];
/** The question itself is too long, or the token was told before. */
const OWN_FAULT: readonly string[] = ['CONTEXT_LENGTH', 'TOKEN_REFUSED'];

export interface Journey {
  /** Key of the node that is asked. */
  to: string;
  ways: readonly Way[];
  experience: Experience;
  signal?: AbortSignal;
}

/**
 * Uses the first way that leads to the node. A relay that does not answer, or says NO_WAY, has passed nothing on: the next
 * way is no second try. Throws NO_WAY where none was left, else what the answer failed with; faults are noted with whoever
 * can have caused them: the node that was dialled, the one that was asked, or both.
 */
export async function overSomeWay<T>(
  journey: Journey,
  use: (connection: Connection, way: Way) => Promise<T>,
): Promise<T> {
  const { ways, experience, signal } = journey;
  for (const way of ways.slice(0, MOST_WAYS)) {
    const { url, key, path, reach } = way;
    const dialling = dial({ url, reach, identity: freshIdentity(), expect: key, handlers: NOT_SERVING, signal });
    const connection = await dialling.catch(() => undefined);
    signal?.throwIfAborted();
    if (!connection) {
      experience.failed(key);
      continue;
    }
    const abort = () => connection.close(1000, 'changed my mind');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const answer = await use(connection, way);
      if (path.length) experience.passed(key);
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      const { code } = error as HeatmineError;
      note(journey, way, code, connection.closed.aborted);
      if (code !== 'NO_WAY') throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      connection.close(1000, 'thanks');
    }
  }
  throw new HeatmineError('NO_WAY', 'no way that was tried leads to that node now');
}

/** A relay may have lied, broken off or altered what passed: over many questions that shows. */
function note({ to, experience }: Journey, { key, path }: Way, code: string, brokeOff: boolean): void {
  if (path.length && (brokeOff || code === 'NO_WAY' || code === 'SEAL_BROKEN')) experience.failed(key);
  if (code === 'NO_WAY' || OWN_FAULT.includes(code) || (brokeOff && path.length)) return;
  if (REFUSED_POLITELY.includes(code)) experience.busy(to);
  else experience.failed(to);
}

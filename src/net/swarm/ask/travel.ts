import { HeatmineError, messageOf } from '../../../core/errors.ts';
import { freshIdentity } from '../identity.ts';
import { NOT_SERVING } from '../relay.ts';
import { dial } from '../wire/dial.ts';
import type { Stream } from '../wire/stream.ts';
import type { Experience } from './experience.ts';
import type { Way } from './way.ts';

/** A way that leads nowhere takes seconds to show it: this many, then the question goes to another node. */
const MOST_WAYS = 6;

/**
 * Uses the first way that leads to the node. A relay that does not answer, or says NO_WAY, has passed nothing on: the next
 * way is no second try. Throws NO_WAY where none was left or the relay at its beginning broke off, noted in that one's
 * experience; any other fault is the expert's, or of somebody between who changed what passed.
 */
export async function overSomeWay<T>(
  ways: readonly Way[],
  experience: Experience,
  signal: AbortSignal | undefined,
  use: (stream: Stream) => Promise<T>,
): Promise<T> {
  for (const way of ways.slice(0, MOST_WAYS)) {
    const { url, key } = way;
    const connection = await dial({ url, identity: freshIdentity(), expect: key, handlers: NOT_SERVING, signal }).catch(
      () => undefined,
    );
    signal?.throwIfAborted();
    if (!connection) {
      experience.failed(key);
      continue;
    }
    const abort = () => connection.close(1000, 'changed my mind');
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const answer = await use(connection.open(way.path));
      if (way.path.length) experience.passed(key);
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      const { code } = error as HeatmineError;
      const brokeOff = connection.closed.aborted;
      // Whoever is first on the way may have lied, broken off or altered it: over many questions that shows.
      if (way.path.length && (brokeOff || code === 'NO_WAY' || code === 'SEAL_BROKEN')) experience.failed(key);
      if (code !== 'NO_WAY') throw brokeOff && way.path.length ? new HeatmineError('NO_WAY', messageOf(error)) : error;
    } finally {
      signal?.removeEventListener('abort', abort);
      connection.close(1000, 'thanks');
    }
  }
  throw new HeatmineError('NO_WAY', 'no way that was tried leads to that node now');
}

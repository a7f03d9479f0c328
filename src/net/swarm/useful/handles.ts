import { randomBytes } from 'node:crypto';
import { HeatmineError } from '../../../core/errors.ts';
import { TOKEN_MS, type Token } from './token.ts';

/** Tokens of the answers that a page was shown, each under a name that only this page knows. In memory only. */
export interface Handles {
  keep(token: Token): string;
  /** Tells of one answer, once; where nobody could be told, it may be tried again. Throws TOKEN_REFUSED, BUSY or what telling throws. */
  tell(handle: string, useful: boolean): Promise<void>;
}

const MOST_KEPT = 256;

export function openHandles(tell: (token: Token, useful: boolean) => Promise<void>, monoMs: () => number): Handles {
  const kept = new Map<string, { token: Token; untilMs: number; isTelling: boolean }>();
  return {
    keep(token) {
      const handle = randomBytes(16).toString('base64url');
      kept.set(handle, { token, untilMs: monoMs() + TOKEN_MS, isTelling: false });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return handle;
    },
    async tell(handle, useful) {
      const of = kept.get(handle);
      if (!of || of.untilMs <= monoMs()) {
        throw new HeatmineError('TOKEN_REFUSED', 'this answer was told of, is too old, or of before a restart');
      }
      if (of.isTelling) throw new HeatmineError('BUSY', 'it is being told');
      of.isTelling = true;
      try {
        await tell(of.token, useful);
        kept.delete(handle);
      } catch (error) {
        if ((error as HeatmineError).code === 'TOKEN_REFUSED') kept.delete(handle);
        throw error;
      } finally {
        of.isTelling = false;
      }
    },
  };
}

import { useEffect, useState } from 'preact/hooks';

export interface Fetched<T> {
  value: T | null;
  error: string | null;
  /** Fetches once more, at once. */
  again: () => void;
}

/** Fetches now, whenever `key` changes and every `everyMs`; a failed turn keeps the last value and says why. */
export function useEvery<T>(key: string, everyMs: number, load: () => Promise<T>): Fetched<T> {
  const [fetched, setFetched] = useState<Omit<Fetched<T>, 'again'>>({ value: null, error: null });
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    let ended = false;
    const turn = async () => {
      try {
        const value = await load();
        if (!ended) setFetched({ value, error: null });
      } catch (error) {
        if (!ended) setFetched((was) => ({ ...was, error: error instanceof Error ? error.message : String(error) }));
      }
    };
    turn();
    const timer = window.setInterval(turn, everyMs);
    return () => {
      ended = true;
      window.clearInterval(timer);
    };
  }, [key, everyMs, turns]);
  return { ...fetched, again: () => setTurns((n) => n + 1) };
}

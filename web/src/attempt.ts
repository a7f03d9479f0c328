import { useState } from 'preact/hooks';
import { Refused } from './api.ts';
import { capital } from './i18n/bound.ts';
import { useWords } from './i18n/index.ts';

/** One deed at a time, and the words that tell how the last one went. */
export function useAttempt() {
  const { t } = useWords();
  const [told, setTold] = useState('');
  const [busy, setBusy] = useState(false);
  const attempt = async (body: () => Promise<string>) => {
    setBusy(true);
    setTold('');
    try {
      setTold(await body());
    } catch (error) {
      setTold(error instanceof Refused ? capital(t.say(error.message)) : t.controls.unreachable);
    } finally {
      setBusy(false);
    }
  };
  return { told, busy, attempt };
}

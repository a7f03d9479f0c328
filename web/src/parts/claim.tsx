import { useState } from 'preact/hooks';
import { claim, Refused } from '../api.ts';
import { useWords } from '../i18n/index.ts';

/** The first visit of a device: the unit wants its code. */
export function Claim({ onClaimed }: { onClaimed: () => void }) {
  const { t } = useWords();
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState('');
  const submit = async () => {
    setRefused('');
    try {
      await claim(code);
      onClaimed();
    } catch (error) {
      setRefused(error instanceof Refused ? t.claim.wrong : t.controls.unreachable);
    }
  };
  return (
    <main id="claim">
      <form
        class="card asking"
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim()) submit();
        }}
      >
        <h1>{t.claim.title}</h1>
        <p>{t.claim.how}</p>
        <p>
          <code>npm run -s heatmine -- claim</code>
        </p>
        <label>
          <span class="label">{t.claim.code}</span>
          <input
            id="code"
            type="text"
            autoComplete="one-time-code"
            autoCapitalize="characters"
            maxLength={32}
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          {t.claim.send}
        </button>
        <span class="note" role="alert">
          {refused}
        </span>
      </form>
    </main>
  );
}

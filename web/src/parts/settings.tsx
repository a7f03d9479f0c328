import { useState } from 'preact/hooks';
import { Refused, type Session, settings, testNotify } from '../api.ts';
import { withCode } from '../code.tsx';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { Backup } from './backup.tsx';

const EVERY_MS = 60_000;

/** What is set up in config.yaml, a way to try it, and what somebody who helps needs. */
export function Settings({ level }: { level: Session['level'] }) {
  const { t } = useWords();
  const { value, error } = useEvery('settings', EVERY_MS, settings);
  return (
    <section id="settings" aria-labelledby="settings-title">
      <h2 id="settings-title">{t.settings.title}</h2>
      {error && <p class="card fault-text">{t.settings.failed(error)}</p>}
      {value && (
        <div class="stack">
          <div class="card stack">
            <h3>{t.settings.notify}</h3>
            {value.notify.length > 0 ? <TestNotify targets={value.notify} /> : <p>{withCode(t.settings.noNotify)}</p>}
          </div>
          {level === 'installer' && <Backup />}
          <details class="card">
            <summary>{t.settings.config}</summary>
            {/* It scrolls by itself, so a keyboard must reach it. */}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls */}
            <pre tabIndex={0}>{JSON.stringify(value.config, null, 2)}</pre>
          </details>
          <p class="card">
            <a id="support" href="./api/support" download>
              {t.settings.support}
            </a>
            <span class="quiet"> {t.settings.supportNote}</span>
          </p>
          <p class="quiet">
            HeatMine {value.version}. {level && t.settings.level[level]}
          </p>
        </div>
      )}
    </section>
  );
}

function TestNotify({ targets }: { targets: string[] }) {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string[]>([]);
  const test = async () => {
    setBusy(true);
    setTold([]);
    try {
      const results = await testNotify();
      setTold(results.map(({ target, ok, detail }) => `${target}: ${ok ? t.settings.delivered : detail}`));
    } catch (error) {
      setTold([error instanceof Refused ? error.message : t.controls.unreachable]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t.settings.notifyTo(targets.join(', '))}</p>
      <p>
        <button type="button" id="test-notify" disabled={busy} onClick={test}>
          {t.settings.test}
        </button>{' '}
        <span role="status">{told.join('; ')}</span>
      </p>
    </>
  );
}

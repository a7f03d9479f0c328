import { type Session, settings } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { Backup } from './backup.tsx';
import { Notify } from './notify.tsx';

const EVERY_MS = 60_000;

/** What is set up, a way to try it, and what somebody who helps needs. */
export function Settings({ level }: { level: Session['level'] }) {
  const { t } = useWords();
  const { value, error } = useEvery('settings', EVERY_MS, settings);
  return (
    <section id="settings" aria-labelledby="settings-title">
      <h2 id="settings-title" tabIndex={-1}>
        {t.settings.title}
      </h2>
      {error && <p class="card fault-text">{t.settings.failed(error)}</p>}
      {value && (
        <div class="stack">
          <Notify settings={value} />
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

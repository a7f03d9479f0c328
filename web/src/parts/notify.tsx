import { useState } from 'preact/hooks';
import { type Settings, setNotify, testNotify } from '../api.ts';
import { useAttempt } from '../attempt.ts';
import { useWords } from '../i18n/index.ts';

const TARGETS = ['ntfy', 'email', 'webhook'] as const;
type Target = (typeof TARGETS)[number];
const MAIL = ['to', 'host', 'port', 'username', 'password', 'from'] as const;
/** The unit says what is wrong with an address, in words: a browser's own check would stand in the way. */
const KEYBOARDS: { [name: string]: 'email' | 'url' | 'numeric' } = {
  to: 'email',
  from: 'email',
  port: 'numeric',
  url: 'url',
};

/** Who is told of a fault: set here or in config.yaml, and tried. What was set is never shown back. */
export function Notify({ settings }: { settings: Settings }) {
  const { t } = useWords();
  const [{ notify, notifyByPage }, setSaved] = useState(settings);
  const [target, setTarget] = useState<Target>('ntfy');
  const [typed, setTyped] = useState<Record<string, string>>({});
  const { told, busy, attempt } = useAttempt();
  const change = async (value: unknown) => {
    setSaved(await setNotify({ [target]: value }));
    setTyped({});
    return value === null ? t.settings.removed : t.settings.saved;
  };
  const test = async () => {
    const results = await testNotify();
    return results.map((tried) => `${tried.target}: ${tried.ok ? t.settings.delivered : tried.detail}`).join('; ');
  };
  const setBy = notifyByPage.includes(target) ? 'page' : notify.includes(target) ? 'file' : null;
  const field = (name: string, label: string) => {
    const common = {
      id: `notify-${name}`,
      value: typed[name] ?? '',
      onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
        setTyped((all) => ({ ...all, [name]: currentTarget.value })),
    };
    return (
      <label key={name} for={common.id} class={name === 'url' ? 'wide' : undefined}>
        <span class="label">{label}</span>
        {name === 'password' ? (
          <input type="password" autoComplete="new-password" {...common} />
        ) : (
          <input type="text" autoComplete="off" inputMode={KEYBOARDS[name] ?? 'text'} {...common} />
        )}
      </label>
    );
  };
  return (
    <div class="card stack" id="notify">
      <h3>{t.settings.notify}</h3>
      <p>{notify.length > 0 ? t.settings.notifyTo(notify.join(', ')) : t.settings.noNotify}</p>
      <details>
        <summary>{t.settings.change}</summary>
        <form
          class="fields"
          onSubmit={(event) => {
            event.preventDefault();
            void attempt(() => change(target === 'email' ? mailOf(typed) : (typed.url ?? '').trim()));
          }}
        >
          <label>
            <span class="label">
              {t.settings.by}
              {setBy && ` (${t.settings.from[setBy]})`}
            </span>
            <select
              id="notify-target"
              value={target}
              onChange={({ currentTarget }) => {
                setTarget(TARGETS.find((each) => each === currentTarget.value) ?? 'ntfy');
                setTyped({});
              }}
            >
              {TARGETS.map((each) => (
                <option key={each} value={each}>
                  {t.settings.targets[each]}
                </option>
              ))}
            </select>
          </label>
          {target === 'email'
            ? MAIL.map((name) => field(name, t.settings.mail[name]))
            : field('url', target === 'ntfy' ? t.settings.ntfyUrl : t.settings.webhookUrl)}
          <button type="submit" id="notify-save" disabled={busy}>
            {t.settings.save}
          </button>
          {setBy === 'page' && (
            <button type="button" id="notify-remove" disabled={busy} onClick={() => attempt(() => change(null))}>
              {t.settings.remove}
            </button>
          )}
        </form>
      </details>
      <p>
        {notify.length > 0 && (
          <button type="button" id="test-notify" disabled={busy} onClick={() => attempt(test)}>
            {t.settings.test}
          </button>
        )}{' '}
        <span role="status">{told}</span>
      </p>
    </div>
  );
}

/** Empty fields are left out; the unit says what is missing. */
function mailOf(typed: Record<string, string>): object {
  const filled = Object.entries(typed).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(filled.map(([name, text]) => [name, name === 'port' ? Number(text) : text.trim()]));
}

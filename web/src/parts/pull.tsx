import { useState } from 'preact/hooks';
import { type ExpertsList, pullExpert, Refused, stopPull } from '../api.ts';
import { useWords } from '../i18n/index.ts';

type PullState = NonNullable<ExpertsList['pull']>;

/** Gets another expert: what is running, how far it is, and what became of it. */
export function Pull({ pull, onChanged }: { pull: PullState | null; onChanged: () => void }) {
  const { t } = useWords();
  const [source, setSource] = useState('');
  const [refused, setRefused] = useState('');
  const running = pull?.state === 'runs';
  const attempt = async (body: () => Promise<unknown>) => {
    setRefused('');
    try {
      await body();
    } catch (error) {
      setRefused(error instanceof Refused ? t.experts.refused(t.say(error.message)) : t.controls.unreachable);
    }
    onChanged();
  };
  const became = ({ source: what, state, text }: PullState) =>
    state === 'done' ? t.experts.pulled(what) : t.experts.pullFailed(what, t.say(text));
  return (
    <section class="card stack" id="pull" aria-labelledby="pull-title">
      <h2 id="pull-title">{t.experts.pullTitle}</h2>
      <p class="quiet">{t.experts.pullIntro}</p>
      <form
        class="asking"
        onSubmit={(event) => {
          event.preventDefault();
          if (source.trim()) attempt(() => pullExpert(source.trim()));
        }}
      >
        <label class="grow">
          <span class="label">{t.experts.source}</span>
          <input
            id="pull-source"
            type="text"
            maxLength={500}
            spellcheck={false}
            value={source}
            onInput={(event) => setSource(event.currentTarget.value)}
          />
        </label>
        {running ? (
          <button type="button" id="pull-stop" onClick={() => attempt(stopPull)}>
            {t.experts.stop}
          </button>
        ) : (
          <button type="submit" class="primary">
            {t.experts.pull}
          </button>
        )}
      </form>
      {running && (
        <label>
          <span class="label">{t.experts.pulling(pull.source)}</span>
          <progress max={100} {...(pull.percent !== null && { value: pull.percent })} /> <small>{pull.text}</small>
        </label>
      )}
      <span class="note" role="status">
        {refused || (pull && !running && became(pull))}
      </span>
    </section>
  );
}

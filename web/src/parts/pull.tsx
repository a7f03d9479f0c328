import { useState } from 'preact/hooks';
import type { Progress } from '../../../src/contract/progress.ts';
import { type ExpertsList, pullExpert, Refused, stopPull } from '../api.ts';
import { useWords, type Words } from '../i18n/index.ts';

type PullState = NonNullable<ExpertsList['pull']>;

/** Gets another expert: what is running, how far it is, and what became of it. */
export function Pull({ pull, onChanged }: { pull: PullState | null; onChanged: () => void }) {
  const { t, f } = useWords();
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
        <div>
          <span class="label">{t.experts.pulling(pull.source)}</span>
          <Coming progress={pull.progress} name={t.experts.pulling(pull.source)} />
          <small class="quiet">
            {pull.progress ? progressWords(t, f, pull.progress) : pull.text && t.say(pull.text)}
          </small>
        </div>
      )}
      <span class="note" role="status">
        {refused || (pull && !running && became(pull))}
      </span>
    </section>
  );
}

/** Moves to and fro while the size is not known. */
function Coming({ progress, name }: { progress: Progress | null; name: string }) {
  return (
    <progress
      aria-label={name}
      max={progress?.totalBytes ?? 1}
      {...(progress?.totalBytes && { value: progress.doneBytes })}
    />
  );
}

/** How much of how much, how fast, and how long it will take at that pace. */
function progressWords(t: Words['t'], f: Words['f'], { doneBytes, totalBytes, bytesPerS }: Progress): string {
  const pace = t.experts.perSecond(f.size(bytesPerS));
  if (!totalBytes) return `${f.size(doneBytes)} · ${pace}`;
  const so = t.experts.ofBytes(f.size(doneBytes), f.size(totalBytes), f.number((100 * doneBytes) / totalBytes));
  const leftS = bytesPerS > 0 ? Math.ceil((totalBytes - doneBytes) / bytesPerS) : null;
  return leftS === null ? so : `${so} · ${pace} · ${t.experts.left(f.duration(leftS))}`;
}

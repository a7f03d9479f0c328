import type { ComputeState } from '../../../src/contract/messages.ts';
import { useWords } from '../i18n/index.ts';

/** Models of this engine pick an expert and answer nothing themselves. */
const CLASSIFIES = 'onnx';

/** The unit sends this many characters of a note at the most. */
const NOTE_CHARS = 160;
const whole = (note: string) => (note.length < NOTE_CHARS ? note : note.replace(/\s+\S*$/, ' …'));

interface Props {
  compute: ComputeState | null;
  onAsk: (expert: string) => void;
}

/** The models on this unit. One that fails its own tests says so here, as everywhere. */
export function Experts({ compute, onAsk }: Props) {
  const { t, f } = useWords();
  return (
    <section id="experts" aria-labelledby="experts-title">
      <h1 id="experts-title">{t.experts.title}</h1>
      <p class="quiet">{t.experts.intro}</p>
      {!compute?.experts.length && <p class="card quiet">{compute ? t.experts.none : t.experts.silent}</p>}
      <ul class="experts">
        {compute?.experts.map((expert) => (
          <li class="card" key={expert.id}>
            <h2>{expert.title}</h2>
            <p>
              <span class={expert.passes ? 'chip good' : 'chip fault'}>
                {expert.passes ? t.experts.passes : t.experts.fails}
              </span>
            </p>
            {expert.note && <p lang="en">{whole(expert.note)}</p>}
            <p class="quiet">
              {expert.id} · {expert.engine} · {f.size(expert.sizeBytes)} ·{' '}
              {expert.resident ? t.experts.resident : t.experts.onDisk}
            </p>
            {expert.engine !== CLASSIFIES && (
              <button
                type="button"
                aria-label={`${t.experts.askThis}: ${expert.title}`}
                onClick={() => onAsk(expert.id)}
              >
                {t.experts.askThis}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

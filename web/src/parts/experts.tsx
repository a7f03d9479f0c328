import { type ExpertsList, experts } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { CLASSIFIES, ExpertCard } from './expert-card.tsx';
import { Pull } from './pull.tsx';

const EVERY_MS = 4000;

type Expert = ExpertsList['experts'][number];
/** Those that answer by themselves first, then those that answer only when named, then the one that only picks. */
const rank = ({ answers, engine }: Expert) => (engine === CLASSIFIES ? 2 : answers ? 0 : 1);
const byUse = (a: Expert, b: Expert) => rank(a) - rank(b) || b.demandShare - a.demandShare;

interface Props {
  onAsk: (expert: string) => void;
}

/** The models on this unit: what each is worth, takes and comes from; getting more of them; and those that have gone. */
export function Experts({ onAsk }: Props) {
  const { t, f } = useWords();
  const { value, error, again } = useEvery('experts', EVERY_MS, experts);
  return (
    <section id="experts" aria-labelledby="experts-title">
      <h1 id="experts-title">{t.experts.title}</h1>
      <p class="quiet">{t.experts.intro}</p>
      {error && <p class="card fault-text">{t.experts.failed(error)}</p>}
      {!value?.experts.length && !error && <p class="card quiet">{value ? t.experts.none : t.experts.silent}</p>}
      <ul class="experts">
        {value?.experts.toSorted(byUse).map((expert) => (
          <ExpertCard
            key={expert.id}
            expert={expert}
            isAncestor={value.experts.some(({ parents }) => parents.includes(expert.id))}
            onAsk={onAsk}
            onChanged={again}
          />
        ))}
      </ul>
      {value && <Pull pull={value.pull} onChanged={again} />}
      {value && (
        <section aria-labelledby="gone-title" id="gone">
          <h2 id="gone-title">{t.experts.gone}</h2>
          {value.gone.length === 0 ? (
            <p class="card quiet">{t.experts.goneNone}</p>
          ) : (
            <ul class="card log">
              {value.gone.map(({ id, title, why, atMs }) => (
                <li key={`${id}${atMs}`}>
                  <time dateTime={new Date(atMs).toISOString()}>{f.dateTime(atMs)}</time>
                  <b>{t.say(title)}</b>
                  <span>{t.say(why)}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </section>
  );
}

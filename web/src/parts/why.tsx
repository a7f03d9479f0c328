import type { Reason } from '../../../src/contract/messages.ts';
import { capital } from '../i18n/bound.ts';
import { useWords } from '../i18n/index.ts';

/** Every decision of this second with its reason; the control loop composes the texts. */
export function Why({ reasons }: { reasons: readonly Reason[] }) {
  const { t } = useWords();
  const about = (what: string) => t.why.about[what] ?? t.points[what as keyof typeof t.points] ?? what;
  return (
    <section id="why" aria-labelledby="why-title">
      <h2 id="why-title">{t.why.title}</h2>
      <p class="quiet">{t.why.intro}</p>
      {reasons.length === 0 ? (
        <p class="card quiet">{t.why.empty}</p>
      ) : (
        <ol class="card reasons">
          {reasons.map((reason) => (
            <li key={`${reason.what}${reason.code}`}>
              <span>{capital(t.say(reason.text))}</span>
              <small class="quiet">{about(reason.what)}</small>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

import type { Tour } from '../../../src/contract/tour.ts';
import { withCode } from '../code.tsx';
import { useWords } from '../i18n/index.ts';

/** What is being shown, in words, and how much of it is left: first thing on every screen of `heatmine tour`. */
export function TourCaption({ tour }: { tour: Tour }) {
  const { t, f, language } = useWords();
  return (
    <section id="tour" class="card" aria-label={t.tour.label}>
      <p class="quiet">
        {tour.over ? t.tour.over : t.tour.at(f.number(tour.chapter), f.number(tour.chapters), f.number(tour.speed))}
      </p>
      {!tour.over && <h2>{tour.title[language]}</h2>}
      <p role="status">{withCode(tour.caption[language])}</p>
      <progress max={1} value={tour.played} aria-label={t.tour.label} />
    </section>
  );
}

import { useWords } from '../i18n/index.ts';

/** The mark of a value that a model made, not a meter. */
export function Modelled({ when }: { when: boolean | undefined }) {
  const { t } = useWords();
  return when ? <em class="modelled">{t.simulated.modelled}</em> : null;
}

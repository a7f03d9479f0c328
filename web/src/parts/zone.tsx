import { useMemo, useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import { clocksDiffer, knownZone, ownZone } from '../zone.ts';

const KEPT = 'heatmine.zone';
const shown = (zone: string) => zone.replaceAll('_', ' ');

/** Whose clock the page goes by, said until it is read where the reader's own shows another time. */
export function ZoneNote({ timeZone }: { timeZone: string }) {
  const { t } = useWords();
  const own = ownZone();
  const both = `${timeZone} ${own}`;
  const [read, setRead] = useState(() => localStorage.getItem(KEPT));
  const unknown = knownZone(timeZone) === undefined;
  const differ = useMemo(() => unknown || clocksDiffer(timeZone, own, Date.now()), [both, unknown]);
  if (!differ || read === both) return null;
  const close = () => {
    localStorage.setItem(KEPT, both);
    setRead(both);
  };
  return (
    <p class="card zone" id="zone">
      <span>{(unknown ? t.zone.unknown : t.zone.house)(shown(timeZone), shown(own))}</span>
      <button type="button" onClick={close}>
        {t.zone.read}
      </button>
    </p>
  );
}

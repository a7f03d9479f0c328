import { useWords } from '../i18n/index.ts';
import { type Live, STALE_S } from '../live.ts';

/** One line across the page whenever what it shows is not of this moment. */
export function Banner({ live }: { live: Live }) {
  const { t, f } = useWords();
  const text = bannerText();
  return (
    <div role="status" id="banner" class={text ? 'banner' : 'banner empty'}>
      {text}
    </div>
  );

  function bannerText(): string | null {
    if (live.silentS > STALE_S) return t.stale(f.number(live.silentS));
    if (!live.snapshot) return t.connecting;
    if (live.controlSilentS <= STALE_S) return null;
    return (live.snapshot.control ? t.controlSilent : t.controlGone)(f.number(live.controlSilentS));
  }
}

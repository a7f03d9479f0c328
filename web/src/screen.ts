import { useEffect, useState } from 'preact/hooks';

export const SCREENS = ['now', 'ask', 'plant', 'experts', 'money', 'log'] as const;
export type Screen = (typeof SCREENS)[number];

const fromAddress = (): Screen | undefined => SCREENS.find((id) => id === location.hash.slice(1));

/** The screen that the address names behind its `#`, so that going back and bookmarks work without a server's help. */
export function useScreen(): Screen {
  const [screen, setScreen] = useState<Screen>(() => fromAddress() ?? 'now');
  useEffect(() => {
    const follow = () => {
      const next = fromAddress();
      // Another part of the same screen, such as the skip link's.
      if (!next) return;
      setScreen(next);
      scrollTo({ top: 0, behavior: 'instant' });
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return screen;
}

import { useEffect, useState } from 'preact/hooks';

const QUERY = '(max-width: 45em)';

/** True on a phone: the drawings then run downwards instead of shrinking until nobody can read them. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(QUERY).matches);
  useEffect(() => {
    const query = matchMedia(QUERY);
    const changed = () => setNarrow(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return narrow;
}

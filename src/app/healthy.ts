/** Control has then run long enough without a restart for a new version to stay. */
const HEALTHY_MS = 60_000;

/** Tells once, e.g. the launcher that tries a new version (`scripts/slot.mjs`), that the unit is healthy. */
export function healthWatch(tell: () => void, afterMs: number = HEALTHY_MS) {
  let timer: NodeJS.Timeout | undefined;
  return {
    ready(name: string): void {
      if (name !== 'control') return;
      clearTimeout(timer);
      timer = setTimeout(tell, afterMs);
      timer.unref();
    },
    restarted(name: string): void {
      if (name === 'control') clearTimeout(timer);
    },
  };
}

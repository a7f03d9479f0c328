const EVERY_MS = 10_000;
const TERMINAL_EVERY_MS = 200;
const WIDTH = 24;

interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** How far something long is: `done` of `of` parts. */
export type OnProgress = (done: number, of: number) => void;

/**
 * Tells of something long on `out`: a bar in the line of a terminal, which what is said meanwhile writes over; elsewhere a
 * line every ten seconds. `look` is for when nobody counts: then it is the time that has gone.
 */
export function progressTeller(name: string, out: Output, monoMs: () => number) {
  const everyMs = out.isTTY ? TERMINAL_EVERY_MS : EVERY_MS;
  const startedMs = monoMs();
  let toldMs = startedMs;
  let part: { done: number; of: number } | undefined;
  const look = () => {
    const nowMs = monoMs();
    if (nowMs - toldMs < everyMs) return;
    toldMs = nowMs;
    const seconds = `${Math.round((nowMs - startedMs) / 1000)} s`;
    const far = part
      ? `${barOf(part.done / part.of)} ${Math.floor((100 * part.done) / part.of)} %, ${seconds}`
      : seconds;
    out.write(out.isTTY ? `\x1b[K${name}  ${far}\r` : `${name}  ${far}\n`);
  };
  return {
    look,
    on: ((done, of) => {
      part = { done, of };
      look();
    }) satisfies OnProgress,
    end: () => void (out.isTTY && out.write('\x1b[K')),
  };
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`;
}

const EVERY_MS = 10_000;

interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Tells how far a simulation of `days` is: in one line of a terminal, else by a line now and then. */
export function dayTeller(days: number, out: Output, monoMs: () => number) {
  let toldMs = monoMs();
  return {
    onDay(day: number) {
      if (out.isTTY) return void out.write(`\rday ${day} of ${days} `);
      const nowMs = monoMs();
      if (nowMs - toldMs < EVERY_MS) return;
      toldMs = nowMs;
      out.write(`day ${day} of ${days}\n`);
    },
    end: () => void (out.isTTY && out.write('\n')),
  };
}

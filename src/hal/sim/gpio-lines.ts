import type { GpioEdge } from '../types.ts';
import type { GpioChip } from './chips/chip.ts';
import type { Slot } from './slots.ts';

interface Line {
  chip: GpioChip | undefined;
  level: 0 | 1;
  sequence: number;
  listeners: Set<(edge: GpioEdge) => void>;
}

export interface GpioLines {
  read(bus: string, line: number): 0 | 1;
  /** Returns whether the line changed its level. */
  write(bus: string, line: number, level: 0 | 1): boolean;
  watch(bus: string, line: number, listener: (edge: GpioEdge) => void): () => void;
  /** Level and count of now. */
  state(bus: string, line: number): GpioEdge;
  /** Contacts that moved make an edge. */
  refresh(): void;
  /** Edges of the pulse lines since the last report, batched. */
  pulse(): void;
}

/** Reports of one pulse line, at most every 50 ms. */
const PULSE_REPORT_MS = 50;

const nsOf = (ms: number) => BigInt(Math.round(ms * 1e6));

/** The lines of all GPIO chips. A line nobody is wired to keeps what is written to it. */
export function createGpioLines(slots: readonly Slot[], monoMs: () => number): GpioLines {
  const lines = new Map<string, Line>();
  let reportedMs = Number.NEGATIVE_INFINITY;
  for (const { wiring, chip } of slots) {
    if (wiring.kind !== 'gpio' || chip.kind !== 'gpio') continue;
    lines.set(`${wiring.bus}:${wiring.line}`, { chip, level: chip.level(), sequence: 0, listeners: new Set() });
  }
  function at(bus: string, number: number): Line {
    const key = `${bus}:${number}`;
    const line = lines.get(key) ?? { chip: undefined, level: 0, sequence: 0, listeners: new Set() };
    lines.set(key, line);
    return line;
  }
  function emit(line: Line, edges: number, atMs: number): void {
    line.sequence += edges;
    const edge: GpioEdge = { level: line.level, atNs: nsOf(atMs), sequence: line.sequence };
    for (const listener of line.listeners) listener(edge);
  }
  return {
    read: (bus, number) => {
      const line = at(bus, number);
      return line.chip ? line.chip.level() : line.level;
    },
    write(bus, number, level) {
      const line = at(bus, number);
      const before = line.level;
      line.chip?.drive?.(level);
      line.level = line.chip ? line.chip.level() : level;
      return line.level !== before;
    },
    watch(bus, number, listener) {
      const line = at(bus, number);
      line.listeners.add(listener);
      return () => line.listeners.delete(listener);
    },
    state(bus, number) {
      const line = at(bus, number);
      return { level: line.level, atNs: nsOf(monoMs()), sequence: line.sequence };
    },
    refresh() {
      for (const line of lines.values()) {
        if (!line.chip || line.chip.pulses || line.chip.drive) continue;
        const level = line.chip.level();
        if (level === line.level) continue;
        line.level = level;
        emit(line, 1, monoMs());
      }
    },
    pulse() {
      if (monoMs() - reportedMs < PULSE_REPORT_MS) return;
      reportedMs = monoMs();
      for (const line of lines.values()) {
        const pulses = line.chip?.pulses?.();
        if (!line.chip || !pulses || pulses.edges === 0) continue;
        line.level = line.chip.level();
        emit(line, pulses.edges, pulses.lastMs);
      }
    },
  };
}

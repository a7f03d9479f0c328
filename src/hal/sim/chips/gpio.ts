import type { ChipIo, GpioChip } from './chip.ts';

/** A relay, contactor or spring-return valve behind one output line; released at power-on. */
export function gpioRelay(params: unknown, io: ChipIo): GpioChip {
  const { inverted } = params as { inverted: boolean };
  let level: 0 | 1 = 0;
  const settle = () => io.actuate('state', (level === 1) !== inverted ? 1 : 0);
  settle();
  return {
    kind: 'gpio',
    level: () => level,
    drive(next) {
      if (io.frozen()) return;
      level = next;
      settle();
    },
  };
}

/** A normally closed contact to 3.3 V with a pull-down: a broken wire reads as open. */
export function gpioContact(_params: unknown, io: ChipIo): GpioChip {
  return {
    kind: 'gpio',
    level() {
      const wire = io.wire('closed');
      if (wire !== 'sound') return wire === 'open' ? 0 : 1;
      return io.sense('closed') >= 0.5 ? 1 : 0;
    },
  };
}

/** A turbine meter: a square wave of pulsesPerLitre at the flow of the moment, phase kept over changes. */
export function pulseFlow(params: unknown, io: ChipIo): GpioChip {
  const { pulsesPerLitre } = params as { pulsesPerLitre: number };
  let phaseEdges = 0;
  let level: 0 | 1 = 0;
  let lastMs = io.monoMs();
  return {
    kind: 'gpio',
    level: () => level,
    pulses() {
      const nowMs = io.monoMs();
      const edgesPerMs =
        io.wire('flowLpm') === 'sound' ? (Math.max(0, io.sense('flowLpm')) * pulsesPerLitre * 2) / 60_000 : 0;
      phaseEdges += edgesPerMs * (nowMs - lastMs);
      lastMs = nowMs;
      const edges = Math.floor(phaseEdges);
      phaseEdges -= edges;
      if (edges % 2 === 1) level = level === 1 ? 0 : 1;
      return { edges, lastMs: edgesPerMs > 0 ? nowMs - phaseEdges / edgesPerMs : nowMs };
    },
  };
}

import { type ChipIo, type ModbusChip, ModbusException } from './chip.ts';

interface Wired {
  unit: number;
  temperatures: Record<string, number>;
  contacts: Record<string, number>;
  flows: Record<string, { input: number; pulsesPerLitre: number }>;
  relays: Record<string, { output: number; inverted: boolean }>;
  analogue: Record<string, { output: number; inverted: boolean }>;
  countsAt10V: number;
}

/** Pulses of one turbine meter since power-on, phase kept over changes of the flow. */
function counter(io: ChipIo, channel: string, pulsesPerLitre: number): () => number {
  let pulses = 0;
  let lastMs = io.monoMs();
  return () => {
    const nowMs = io.monoMs();
    const perMs = io.wire(channel) === 'sound' ? (Math.max(0, io.sense(channel)) * pulsesPerLitre) / 60_000 : 0;
    pulses += perMs * (nowMs - lastMs);
    lastMs = nowMs;
    return Math.floor(pulses);
  };
}

/** iSMA-B-MIX38, registers of manual DMP262en; all outputs 0 after power-on. https://manualshive.com/en/manual/isma/4i4o-h/2093180?page=62 */
export function mix38(params: unknown, io: ChipIo): ModbusChip {
  const wired = params as Wired;
  const inputs = new Map<number, () => number>([[1, () => wired.unit]]);
  const holdings = new Map<number, number>([[17, 0]]);
  for (let n = 0; n < 6; n++) holdings.set(120 + n, 0);
  for (let address = 70; address < 86; address++) inputs.set(address, () => 0);
  for (const [name, n] of Object.entries(wired.temperatures))
    inputs.set(69 + 2 * n, () => Math.round(io.sense(name) * 10) & 0xffff);
  inputs.set(15, () =>
    Object.entries(wired.contacts).reduce((bits, [name, n]) => bits | (io.sense(name) >= 0.5 ? 1 << (n - 1) : 0), 0),
  );
  const counters = new Map(
    Object.entries(wired.flows).map(([name, { input, pulsesPerLitre }]) => [input, counter(io, name, pulsesPerLitre)]),
  );
  const settle = () => {
    for (const [name, { output, inverted }] of Object.entries(wired.relays))
      io.actuate(name, ((holdings.get(17)! >> (output - 1)) & 1) === (inverted ? 0 : 1) ? 1 : 0);
    for (const [name, { output, inverted }] of Object.entries(wired.analogue)) {
      const pct = (holdings.get(119 + output)! / wired.countsAt10V) * 100;
      io.actuate(name, inverted ? 100 - pct : pct);
    }
  };
  settle();
  return {
    kind: 'modbus',
    input(address) {
      const read = inputs.get(address);
      if (!read) throw new ModbusException(2);
      return read();
    },
    holding(address) {
      if (address >= 22 && address < 46) {
        const pulses = counters.get((address - 20) >> 1)?.() ?? 0;
        return address % 2 === 0 ? pulses & 0xffff : (pulses >>> 16) & 0xffff;
      }
      const word = holdings.get(address);
      if (word === undefined) throw new ModbusException(2);
      return word;
    },
    setHolding(address, word) {
      if (!holdings.has(address)) throw new ModbusException(2);
      if (io.frozen()) return;
      holdings.set(address, word);
      settle();
    },
  };
}

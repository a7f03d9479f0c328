import { type ChipIo, type I2cChip, wordRegisters } from './chip.ts';

const CONVERSION_MS = 250;

/** Microchip MCP9808, limits at their power-on 0 °C. https://ww1.microchip.com/downloads/en/DeviceDoc/25095A.pdf (5.1) */
export function mcp9808(_params: unknown, io: ChipIo): I2cChip {
  let config = 0;
  let celsius = 0;
  let convertedMs = Number.NEGATIVE_INFINITY;
  function ambient(): number {
    if (io.monoMs() - convertedMs >= CONVERSION_MS) {
      convertedMs = io.monoMs();
      celsius = Math.max(-40, Math.min(125, io.sense('temperatureC')));
    }
    const counts = Math.round(celsius * 16);
    // Flags: at or above the critical limit, above the upper, below the lower one; all three limits are 0 °C.
    const flags = (counts >= 0 ? 0x8000 : 0) | (counts > 0 ? 0x4000 : 0) | (counts < 0 ? 0x2000 : 0);
    return flags | (counts & 0x1fff);
  }
  const read = (register: number) => {
    if (register === 1) return config;
    if (register === 5) return ambient();
    if (register === 6) return 0x0054;
    return register === 7 ? 0x0400 : 0;
  };
  return {
    kind: 'i2c',
    transfer: wordRegisters(read, (register, word) => {
      if (register === 1) config = word;
    }),
  };
}

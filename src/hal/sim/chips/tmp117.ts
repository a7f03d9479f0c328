import { type ChipIo, type I2cChip, wordRegisters } from './chip.ts';

const READY = 0x2000;
/** Conversion cycle by CONV[2:0], with 8 averages (table 7-7). */
const CYCLE_MS = [125, 125, 250, 500, 1000, 4000, 8000, 16_000];

/** TI TMP117 as its data sheet describes it from outside. https://www.ti.com/lit/ds/symlink/tmp117.pdf (7.5, 7.6) */
export function tmp117(_params: unknown, io: ChipIo): I2cChip {
  let config = 0x0220;
  let result = 0x8000;
  let ready = false;
  let convertedMs = io.monoMs();
  function convert(): void {
    const cycleMs = CYCLE_MS[(config >> 7) & 7]!;
    if (io.frozen() || io.monoMs() - convertedMs < cycleMs) return;
    convertedMs = io.monoMs();
    result = Math.max(-32_768, Math.min(32_767, Math.round(io.sense('temperatureC') / 0.0078125)));
    ready = true;
  }
  function read(register: number): number {
    convert();
    if (register === 0x0f) return 0x0117;
    if (register > 1) return 0;
    const flags = ready ? READY : 0;
    // Reading the result or the configuration clears the flag.
    ready = false;
    return register === 0 ? result : config | flags;
  }
  return {
    kind: 'i2c',
    transfer: wordRegisters(read, (register, word) => {
      if (register !== 1) return;
      config = word & 0x0ffc;
      convertedMs = io.monoMs();
    }),
  };
}

import { type ChipIo, type I2cChip, wordRegisters } from './chip.ts';

/** Smallest step in 1/256 °C and time of one conversion, by type. */
const STEP = { lm75: 128, lm75b: 32, tmp102: 16 };
const CONVERSION_MS = { lm75: 100, lm75b: 100, tmp102: 250 };

/** LM75, LM75B and TMP102, continuous; 0 °C until the first conversion. https://www.ti.com/lit/ds/symlink/tmp102.pdf (7.5) */
export function lm75(params: unknown, io: ChipIo): I2cChip {
  const { chip } = params as { chip: keyof typeof STEP };
  // The TMP102 starts as 0x60A0, the LM75 as 0x00.
  let config = chip === 'tmp102' ? 0x60a0 : 0;
  let result = 0;
  let convertedMs = io.monoMs();
  function read(register: number): number {
    if (register === 1) return config;
    if (register !== 0) return register === 2 ? 0x4b00 : 0x5000;
    if ((config & 0x0100) === 0 && io.monoMs() - convertedMs >= CONVERSION_MS[chip]) {
      convertedMs = io.monoMs();
      const steps = Math.round((Math.max(-55, Math.min(125, io.sense('temperatureC'))) * 256) / STEP[chip]);
      result = steps * STEP[chip];
    }
    return result;
  }
  const words = wordRegisters(read, (register, word) => {
    if (register === 1) config = word;
  });
  return {
    kind: 'i2c',
    transfer(write, readLength) {
      // The configuration of the LM75 is a single byte.
      if (write.length === 2 && write[0] === 1) config = (write[1]! << 8) | (config & 0xff);
      return words(write, readLength);
    },
  };
}

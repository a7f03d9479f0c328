import type { ChipIo, I2cChip } from './chip.ts';

/** GP8403: 12-bit outputs left-aligned, low byte first, 0 V and the 5 V range after power-on. https://github.com/DFRobot/DFRobot_GP8403 */
export function gp8403(params: unknown, io: ChipIo): I2cChip {
  const { inverted } = params as { inverted: boolean };
  let rangeV = 5;
  const counts = [0, 0];
  function settle(): void {
    counts.forEach((count, n) => {
      const pct = ((count / 4095) * rangeV * 100) / 10;
      io.actuate(`out${n}`, inverted ? 100 - pct : pct);
    });
  }
  settle();
  return {
    kind: 'i2c',
    transfer(write, readLength) {
      const [register = 0, ...data] = write;
      if (register === 0x01 && data.length > 0) rangeV = data[0] === 0x11 ? 10 : 5;
      const first = register === 0x02 ? 0 : register === 0x04 ? 1 : undefined;
      for (let i = 0; first !== undefined && i + 1 < data.length && first + i / 2 < 2; i += 2) {
        counts[first + i / 2] = (data[i]! | (data[i + 1]! << 8)) >> 4;
      }
      settle();
      return new Uint8Array(readLength);
    },
  };
}

import { type ChipIo, type ModbusChip, ModbusException } from './chip.ts';

/**
 * Invertek Optidrive Eco, registers 1 to 10 (the number less one on the wire), STO wired to the compressor-enable line: without
 * it the drive does not run. https://manualshive.com/en/manual/invertek-drives/3-440300-3f12-tn/2085078?page=59
 */
export function optidriveEco(params: unknown, io: ChipIo): ModbusChip {
  const { maxHz } = params as { maxHz: number };
  const written = [0, 0, 0, 0];
  const enabled = () => io.line('compressorOn') >= 0.5;
  const running = () => enabled() && (written[0]! & 1) === 1;
  function follow(): void {
    io.actuate('speedPct', running() ? Math.min(100, (written[1]! / 10 / maxHz) * 100) : 0);
  }
  follow();
  return {
    kind: 'modbus',
    input() {
      throw new ModbusException(2);
    },
    holding(address) {
      follow();
      if (address < 4) return written[address]!;
      // Running, and inhibited without its STO inputs.
      if (address === 5) return (running() ? 0x01 : 0) | (enabled() ? 0 : 0x08);
      if (address === 6) return Math.round(io.sense('speedHz') * 10);
      if (address === 9) return Math.round(io.sense('powerW') / 10);
      if (address === 4 || address < 11) return 0;
      throw new ModbusException(2);
    },
    setHolding(address, word) {
      if (address > 3) throw new ModbusException(2);
      written[address] = word;
      follow();
    },
  };
}

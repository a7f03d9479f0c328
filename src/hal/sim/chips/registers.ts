import { type ModbusChip, ModbusException } from './chip.ts';

/** Words of an IEEE 754 single, high word first. */
export function floatWords(value: number): [high: number, low: number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
}

/** A meter: holding registers from `first` on, computed afresh at each look; nothing can be written. */
export function readOnly(read: (address: number) => number | undefined): ModbusChip {
  return {
    kind: 'modbus',
    input() {
      throw new ModbusException(2);
    },
    holding(address) {
      const word = read(address);
      if (word === undefined) throw new ModbusException(2);
      return word & 0xffff;
    },
    setHolding() {
      throw new ModbusException(2);
    },
  };
}

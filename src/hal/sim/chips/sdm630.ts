import { type ChipIo, type ModbusChip, ModbusException } from './chip.ts';
import { floatWords } from './registers.ts';

const TOTAL_POWER = 0x0034;
const FREQUENCY = 0x0046;
const LAST = 0x017d;

/** Eastron SDM630: input registers in pairs, IEEE 754 single, high word first. https://www.eastroneurope.com/images/uploads/products/protocol/SDM630_MODBUS_Protocol.pdf */
export function sdm630(_params: unknown, io: ChipIo): ModbusChip {
  return {
    kind: 'modbus',
    input(address) {
      if (address > LAST) throw new ModbusException(2);
      const pair = address & ~1;
      return floatWords(pair === TOTAL_POWER ? io.sense('powerW') : pair === FREQUENCY ? 50 : 0)[address & 1 ? 1 : 0];
    },
    holding() {
      throw new ModbusException(2);
    },
    setHolding() {
      throw new ModbusException(2);
    },
  };
}

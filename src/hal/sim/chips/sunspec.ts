import type { ChipIo, ModbusChip } from './chip.ts';
import { readOnly } from './registers.ts';

const BASE = 40_000;
const COMMON_LENGTH = 66;
const INVERTER = BASE + 2 + 2 + COMMON_LENGTH;
const INVERTER_LENGTH = 50;
const END = INVERTER + 2 + INVERTER_LENGTH;
/** Tens of watts, so that 300 kW still fit. */
const SCALE = 1;

/** A three-phase inverter: common model, model 103, end. https://github.com/sunspec/models/blob/master/json/model_103.json */
export function sunspec(_params: unknown, io: ChipIo): ModbusChip {
  return readOnly((address) => {
    const fixed: Record<number, number> = {
      [BASE]: 0x5375,
      [BASE + 1]: 0x6e53,
      [BASE + 2]: 1,
      [BASE + 3]: COMMON_LENGTH,
      [INVERTER]: 103,
      [INVERTER + 1]: INVERTER_LENGTH,
      [INVERTER + 14]: Math.round(io.sense('powerW') / 10 ** SCALE),
      [INVERTER + 15]: SCALE,
      [INVERTER + 16]: 5000,
      [INVERTER + 17]: -2,
      [END]: 0xffff,
      [END + 1]: 0,
    };
    return address < BASE || address > END + 1 ? undefined : (fixed[address] ?? 0);
  });
}

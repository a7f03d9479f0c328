import type { ChipIo, ModbusChip } from './chip.ts';
import { floatWords, readOnly } from './registers.ts';

const WATER_WS_PER_LK = 4186;

/** What any heat meter measures; one that is wired without a power point multiplies by itself. */
function measured(io: ChipIo) {
  const [flowLpm, supplyC, returnC] = [io.sense('flowLpm'), io.sense('supplyC'), io.sense('returnC')];
  const powerW = io.sense('powerW') || (flowLpm / 60) * WATER_WS_PER_LK * (supplyC - returnC);
  return { m3PerH: (flowLpm * 60) / 1000, powerW, supplyC, returnC };
}

/** TUF-2000M: REAL4 with the low word first. https://manualshive.com/ru/manual/oem/tuf-2000f/724566?page=21 */
export function tuf2000m(_params: unknown, io: ChipIo): ModbusChip {
  return readOnly((address) => {
    const { m3PerH, powerW, supplyC, returnC } = measured(io);
    const reals: Record<number, number> = { 1: m3PerH, 3: (powerW * 3600) / 1e9, 5: 0.5, 33: supplyC, 35: returnC };
    const register = address + 1;
    if (register > 100) return undefined;
    const start = register & 1 ? register : register - 1;
    return floatWords(reals[start] ?? 0)[register === start ? 1 : 0];
  });
}

/** 2flow MAG 11 in heat mode. https://manualshive.com/en/manual/2flow/mag-11-series/439566?page=48 */
export function mag11(_params: unknown, io: ChipIo): ModbusChip {
  return readOnly((address) => {
    const { m3PerH, powerW, supplyC, returnC } = measured(io);
    const floats = [m3PerH, supplyC, returnC, supplyC - returnC, powerW / 1000];
    const offset = address - 0x0400;
    if (offset < 0 || offset >= 2 * floats.length) return undefined;
    return floatWords(floats[offset >> 1]!)[offset & 1];
  });
}

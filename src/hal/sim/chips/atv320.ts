import { type ChipIo, type ModbusChip, ModbusException } from './chip.ts';

const CMD = 8501;
const LFR = 8502;
const ETA = 3201;
const RFR = 3202;
const LCR = 3204;
const OPR = 3211;

/** State words of CiA 402: switch on disabled (also with STO open), ready, switched on, operation enabled. */
const DISABLED = 0x0050;
const READY = 0x0031;
const SWITCHED_ON = 0x0033;
const ENABLED = 0x0037;

/**
 * Schneider ATV320, profile CiA 402 over Modbus, STO wired to the compressor-enable line: without it the drive stays
 * disabled and must be started anew. Registers: https://www.se.com/ww/en/download/document/NVE41316/
 */
export function atv320(params: unknown, io: ChipIo): ModbusChip {
  const { maxHz, ratedW } = params as { maxHz: number; ratedW: number };
  let state = DISABLED;
  let command = 0;
  let reference = 0;
  function follow(): void {
    if (io.line('compressorOn') < 0.5) state = DISABLED;
    const pct = state === ENABLED ? Math.min(100, (Math.max(0, (reference << 16) >> 16) / 10 / maxHz) * 100) : 0;
    io.actuate('speedPct', pct);
  }
  function obey(word: number): void {
    command = word;
    follow();
    if (io.line('compressorOn') < 0.5) return;
    const order = word & 0x0f;
    if (order === 0x06) state = READY;
    else if (order === 0x07 && state !== DISABLED) state = SWITCHED_ON;
    else if (order === 0x0f && state !== DISABLED && state !== READY) state = ENABLED;
    else if ((word & 0x02) === 0) state = DISABLED;
    follow();
  }
  follow();
  return {
    kind: 'modbus',
    input() {
      throw new ModbusException(2);
    },
    holding(address) {
      follow();
      if (address === CMD) return command;
      if (address === LFR) return reference;
      if (address === ETA) return state;
      if (address === RFR) return Math.round(io.sense('speedHz') * 10) & 0xffff;
      // 0.1 A of a 400 V motor at cos phi 0.8.
      if (address === LCR) return Math.round((io.sense('powerW') / (Math.sqrt(3) * 400 * 0.8)) * 10);
      if (address === OPR) return Math.round((io.sense('powerW') / ratedW) * 100) & 0xffff;
      if (address > ETA && address < OPR) return 0;
      throw new ModbusException(2);
    },
    setHolding(address, word) {
      if (address === LFR) {
        reference = word;
        follow();
      } else if (address === CMD) obey(word);
      else throw new ModbusException(2);
    },
  };
}

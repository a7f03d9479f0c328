import { type ChipIo, type I2cChip, wordRegisters } from './chip.ts';

/** Full scale by PGA[2:0] and conversions per second by DR[2:0] (table 8-3). */
const FULL_SCALE_V = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256];
const RATE_HZ = [8, 16, 32, 64, 128, 250, 475, 860];
const OS = 0x8000;

interface Divider {
  ohmsAt25C: number;
  betaK: number;
  pullUpOhms: number;
  railV: number;
}

/** Volts between pull-up and thermistor. Beta equation: R = R25 exp(B (1/T - 1/298.15)). */
function dividerV(celsius: number, d: Divider): number {
  const ohms = d.ohmsAt25C * Math.exp(d.betaK * (1 / (celsius + 273.15) - 1 / 298.15));
  return (d.railV * ohms) / (ohms + d.pullUpOhms);
}

/** TI ADS1115, single-shot. https://www.ti.com/lit/ds/symlink/ads1115.pdf (8.1) */
function ads1115(io: ChipIo, railV: number, voltsOf: (celsius: number) => number): I2cChip {
  let config = 0x8583;
  let result = 0;
  let busyUntilMs = 0;
  let pending = 0;
  function inputV(channel: number): number {
    const wire = io.wire(`a${channel}`);
    if (wire !== 'sound') return wire === 'open' ? railV : 0;
    return voltsOf(io.sense(`a${channel}`));
  }
  function measure(): number {
    const mux = (config >> 12) & 7;
    // Below 4 the inputs are differential; the divider boards use single-ended ones.
    const volts = mux >= 4 ? inputV(mux - 4) : inputV(0) - inputV(mux === 0 ? 1 : 3);
    const counts = Math.round((volts / FULL_SCALE_V[(config >> 9) & 7]!) * 32_768);
    return Math.max(-32_768, Math.min(32_767, counts));
  }
  function settle(): boolean {
    const busy = io.monoMs() < busyUntilMs;
    if (!busy) result = pending;
    return busy;
  }
  const read = (register: number) => {
    const busy = settle();
    if (register === 0) return result;
    return register === 1 ? (config & ~OS) | (busy ? 0 : OS) : 0;
  };
  return {
    kind: 'i2c',
    transfer: wordRegisters(read, (register, word) => {
      if (register !== 1) return;
      settle();
      config = word;
      if ((word & OS) === 0) return;
      pending = measure();
      busyUntilMs = io.monoMs() + 1000 / RATE_HZ[(word >> 5) & 7]!;
    }),
  };
}

/** With the board's thermistors at its inputs. */
export function ads1115Ntc(params: unknown, io: ChipIo): I2cChip {
  const divider = params as Divider;
  return ads1115(io, divider.railV, (celsius) => dividerV(celsius, divider));
}

/** With platinum sensors: IEC 60751, 1000 Ohm at 0 °C. */
export function ads1115Pt1000(params: unknown, io: ChipIo): I2cChip {
  const { pullUpOhms, railV } = params as { pullUpOhms: number; railV: number };
  return ads1115(io, railV, (t) => {
    const cold = t < 0 ? -4.183e-12 * (t - 100) * t ** 3 : 0;
    const ohms = 1000 * (1 + 3.9083e-3 * t - 5.775e-7 * t * t + cold);
    return (railV * ohms) / (ohms + pullUpOhms);
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { BusBackend } from '../../hal/types.ts';

/** Nine bits a byte, and start and stop. */
const I2C_HZ = 400_000;
const i2cMs = (bytes: number) => ((bytes * 9 + 2) / I2C_HZ) * 1000;
/** Eleven bits a byte at 19,200 baud, 3.5 bytes of silence, and the slave's own time to think. */
const BAUD = 19_200;
const THINK_MS = 5;
const modbusMs = (bytes: number) => ((bytes + 3.5) * 11 * 1000) / BAUD + THINK_MS;
/** A card's tool takes this long to start and ask. */
const TOOL_MS = 60;

/** Emulated hardware at the speed of real wires: each answer comes when its last bit would have been on the bus. */
export function onWires(inner: BusBackend, monoMs: () => number): BusBackend {
  /** When each bus is free again: fractions of a millisecond add up here, not in timers. */
  const freeMs = new Map<string, number>();
  async function busy(bus: string, ms: number): Promise<void> {
    const untilMs = Math.max(monoMs(), freeMs.get(bus) ?? 0) + ms;
    freeMs.set(bus, untilMs);
    const waitMs = untilMs - monoMs();
    if (waitMs >= 1) await sleep(waitMs);
    else await new Promise((done) => setImmediate(done));
  }
  return {
    ...inner,
    i2c: (bus) => ({
      async transfer(address, write, readLength) {
        const answer = await inner.i2c(bus).transfer(address, write, readLength);
        await busy(bus, i2cMs(1 + write.length + (readLength ? 1 + readLength : 0)));
        return answer;
      },
    }),
    modbus(bus) {
      const line = inner.modbus(bus);
      const read = (call: 'readInput' | 'readHolding') => async (unit: number, address: number, count: number) => {
        const words = await line[call](unit, address, count);
        await busy(bus, modbusMs(8 + 5 + 2 * count));
        return words;
      };
      return {
        readInput: read('readInput'),
        readHolding: read('readHolding'),
        async writeHolding(unit, address, words) {
          await line.writeHolding(unit, address, words);
          await busy(bus, modbusMs(words.length === 1 ? 16 : 17 + 2 * words.length));
        },
      };
    },
    command: (bus) => ({
      async run(args) {
        const text = await inner.command(bus).run(args);
        await busy(bus, TOOL_MS);
        return text;
      },
    }),
  };
}

import type { PromisifiedBus } from 'i2c-bus';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { I2cBus } from '../types.ts';

const LIMIT_MS = 100;

/**
 * /dev/i2c-N through i2c-bus, opened when first used. Transfers are SMBus calls, which every adapter has: a register and
 * one, two or more bytes either way; one at a time. The kernel may sit on a stuck bus for a second: then the caller gets
 * BUS_STUCK after 100 ms, and so does everybody else, without another thread being spent, until the kernel lets go.
 */
export function openLinuxI2c(path: string, bus: string): I2cBus & { close(): Promise<void> } {
  let opening: Promise<PromisifiedBus> | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let hung = false;

  function open(): Promise<PromisifiedBus> {
    opening ??= load(path).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function run(address: number, write: Uint8Array, readLength: number): Promise<Uint8Array> {
    const where = `${bus} 0x${address.toString(16).toUpperCase().padStart(2, '0')}`;
    if (hung) throw new HeatmineError('BUS_STUCK', `${where}: the kernel still waits for the bus`);
    const i2c = await open();
    const work = smbus(i2c, address, write, readLength);
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      hung = true;
      reject(new HeatmineError('BUS_STUCK', `${where}: no answer within ${LIMIT_MS} ms`));
    }, LIMIT_MS);
    const settled = () => {
      hung = false;
    };
    work.then(settled, settled);
    try {
      return await Promise.race([work, promise]);
    } catch (error) {
      throw coded(error, where);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    transfer(address, write, readLength) {
      const result = tail.then(() => run(address, write, readLength));
      tail = result.catch(() => undefined);
      return result;
    },
    async close() {
      await tail;
      if (!hung) await (await opening)?.close();
    },
  };
}

/** Loads the add-on; the device file itself is opened by the first transfer. */
async function load(path: string): Promise<PromisifiedBus> {
  const module = await import('i2c-bus').catch((error) => {
    const text = `${path}: i2c-bus is not built; install a C++ compiler and run \`npm rebuild i2c-bus\``;
    throw new HeatmineError('BUS_CLOSED', text, { cause: error });
  });
  return module.openPromisified(Number(path.slice(path.lastIndexOf('-') + 1)));
}

/** A plain write-then-read as the SMBus call with the same bits on the wire. */
async function smbus(i2c: PromisifiedBus, address: number, write: Uint8Array, readLength: number): Promise<Uint8Array> {
  const [command, ...data] = write;
  if (command === undefined || (readLength > 0 && data.length > 0)) {
    throw new HeatmineError('VALUE_RANGE', 'a transfer is one register, then either bytes to write or bytes to read');
  }
  if (readLength === 1) return Uint8Array.of(await i2c.readByte(address, command));
  if (readLength === 2) {
    const word = await i2c.readWord(address, command);
    return Uint8Array.of(word & 0xff, word >> 8);
  }
  if (readLength > 0) {
    const buffer = Buffer.alloc(readLength);
    const { bytesRead } = await i2c.readI2cBlock(address, command, readLength, buffer);
    return Uint8Array.from(buffer.subarray(0, bytesRead));
  }
  if (data.length === 0) await i2c.sendByte(address, command);
  else if (data.length === 1) await i2c.writeByte(address, command, data[0]!);
  else if (data.length === 2) await i2c.writeWord(address, command, data[0]! | (data[1]! << 8));
  else await i2c.writeI2cBlock(address, command, data.length, Buffer.from(data));
  return Uint8Array.of();
}

/** Kernel error numbers: https://docs.kernel.org/i2c/fault-codes.html */
function coded(error: unknown, where: string): HeatmineError {
  if (error instanceof HeatmineError) return error;
  const number = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const text = `${where}: ${messageOf(error)}`;
  if (number === 'ENXIO' || number === 'EREMOTEIO') return new HeatmineError('BUS_ABSENT', text, { cause: error });
  if (number === 'ENOENT' || number === 'EACCES') {
    const hint = 'switch I2C on (on a Raspberry Pi dtparam=i2c_arm=on) and join the group i2c';
    return new HeatmineError('BUS_CLOSED', `${text}; ${hint}`, { cause: error });
  }
  if (number === 'ETIMEDOUT') return new HeatmineError('BUS_STUCK', text, { cause: error });
  return new HeatmineError('BUS_NOISE', text, { cause: error });
}

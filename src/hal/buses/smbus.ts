import type { PromisifiedBus } from 'i2c-bus';
import { HeatmineError } from '../../core/errors.ts';

/** A plain write-then-read as the SMBus call with the same bits on the wire. */
export async function smbus(
  i2c: PromisifiedBus,
  address: number,
  write: Uint8Array,
  readLength: number,
): Promise<Uint8Array> {
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

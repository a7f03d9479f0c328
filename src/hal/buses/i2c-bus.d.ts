/** What we use of i2c-bus, which ships no types. Words are little-endian as SMBus has them. */
declare module 'i2c-bus' {
  interface PromisifiedBus {
    readByte(address: number, command: number): Promise<number>;
    readWord(address: number, command: number): Promise<number>;
    readI2cBlock(address: number, command: number, length: number, buffer: Buffer): Promise<{ bytesRead: number }>;
    sendByte(address: number, byte: number): Promise<void>;
    writeByte(address: number, command: number, byte: number): Promise<void>;
    writeWord(address: number, command: number, word: number): Promise<void>;
    writeI2cBlock(address: number, command: number, length: number, buffer: Buffer): Promise<unknown>;
    close(): Promise<void>;
  }
  export function openPromisified(busNumber: number): Promise<PromisifiedBus>;
}

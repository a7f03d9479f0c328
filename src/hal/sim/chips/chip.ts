import type { ActuatorName } from '../../../contract/points.ts';

/** What an emulated chip sees of the world it measures and drives. Channels are those of its driver and board entry. */
export interface ChipIo {
  /** The physical value at this channel, sensor faults applied; 0 where the board leaves the channel unconnected. */
  sense(channel: string): number;
  wire(channel: string): 'sound' | 'open' | 'short';
  actuate(channel: string, value: number): void;
  /** An actuator line as it stands, dead-man chain included. */
  line(name: ActuatorName): number;
  /** True while a `frozen` fault holds the device. */
  frozen(): boolean;
  monoMs(): number;
  cards: CardRack;
}

/** The simulated accelerator host. */
export interface CardRack {
  count: number;
  name: string;
  tdpW: number;
}

export interface I2cChip {
  kind: 'i2c';
  /** Throws nothing: an unknown register answers 0, as most chips do. */
  transfer(write: Uint8Array, readLength: number): Uint8Array;
}

export interface GpioChip {
  kind: 'gpio';
  level(): 0 | 1;
  /** Outputs only. */
  drive?(level: 0 | 1): void;
  /** Pulse inputs only: whole edges since the last call and the time of the last one. */
  pulses?(): { edges: number; lastMs: number };
}

/** Thrown by Modbus chips, answered on the wire as an exception. */
export class ModbusException extends Error {
  readonly modbusErrorCode: number;
  constructor(code: 2 | 3) {
    super(code === 2 ? 'illegal data address' : 'illegal data value');
    this.modbusErrorCode = code;
  }
}

export interface ModbusChip {
  kind: 'modbus';
  input(address: number): number;
  holding(address: number): number;
  setHolding(address: number, word: number): void;
}

export interface CommandChip {
  kind: 'command';
  /** Standard output; throws with the tool's message when it would end with an error. */
  run(args: readonly string[]): string;
}

export interface FilesChip {
  kind: 'files';
  /** Every file of the device by its path below the directory of the bus. */
  files: Record<string, { read(): string; write?(text: string): void }>;
  /** Part of the accelerator: silent while its driver hangs. */
  accelerator?: true;
}

export interface HostChip {
  kind: 'host';
  ask(request: Record<string, unknown>): Promise<Record<string, unknown>>;
}

export type Chip = I2cChip | GpioChip | ModbusChip | CommandChip | FilesChip | HostChip;

/** Registers behind a pointer, big-endian words: what TI and Microchip sensors share. */
export function wordRegisters(read: (register: number) => number, write: (register: number, word: number) => void) {
  let pointer = 0;
  return (bytes: Uint8Array, readLength: number): Uint8Array => {
    if (bytes.length > 0) pointer = bytes[0]!;
    if (bytes.length >= 3) write(pointer, (bytes[1]! << 8) | bytes[2]!);
    const answer = new Uint8Array(readLength);
    if (readLength === 0) return answer;
    const word = read(pointer) & 0xffff;
    for (let i = 0; i < readLength; i++) answer[i] = i === 0 ? word >> 8 : i === 1 ? word & 0xff : 0xff;
    return answer;
  };
}

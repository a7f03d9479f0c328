import type { z } from 'zod';
import type { DeviceHealth } from './health.ts';

/** Word-level access to hardware. Every call is bounded in time by the back end and fails with a coded HeatmineError. */
export interface I2cBus {
  /** Writes `write`, then reads `readLength` bytes in the same transaction (0 = write only). Limit 100 ms. */
  transfer(address: number, write: Uint8Array, readLength: number): Promise<Uint8Array>;
}

export interface GpioEdge {
  level: 0 | 1;
  /** Kernel (or simulated) time of the edge, monotonic nanoseconds. */
  atNs: bigint;
  /** Counts every edge of this line; a gap means that edges were lost on the way to us, not on the wire. */
  sequence: number;
}

export interface GpioInput {
  read(): 0 | 1;
  /** Called between ticks, as the edge happens. */
  onEdge(listener: (edge: GpioEdge) => void): void;
}

export interface GpioOutput {
  write(level: 0 | 1): Promise<void>;
  /** The level read back from the line. */
  read(): Promise<0 | 1>;
}

export interface GpioBus {
  /** `counted`: every edge must be counted by its maker, or the line is refused. */
  input(
    line: number,
    options: { bias: 'pull-up' | 'pull-down' | 'none'; edges: boolean; counted?: boolean },
  ): Promise<GpioInput>;
  output(line: number, initial: 0 | 1): Promise<GpioOutput>;
}

export interface ModbusBus {
  /** Function 4. Limit 200 ms, one request at a time per line. */
  readInput(unit: number, address: number, count: number): Promise<Uint16Array>;
  /** Function 3. */
  readHolding(unit: number, address: number, count: number): Promise<Uint16Array>;
  /** Function 6 for one word, 16 for more. */
  writeHolding(unit: number, address: number, words: readonly number[]): Promise<void>;
}

/** A vendor's command line tool (nvidia-smi): arguments in, standard output back. Limit 1 s. */
export interface CommandBus {
  run(args: readonly string[]): Promise<string>;
}

/** Small text files that a kernel driver keeps (sysfs). Paths are relative to the directory of the bus. Limit 1 s. */
export interface FilesBus {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Names in a directory, '' for that of the bus. */
  list(path: string): Promise<string[]>;
}

/** An accelerator's own host behind a socket: one JSON object there, one back. Limit 1 s. */
export interface HostBus {
  ask(request: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** The hardware below one board: linux, the plant over its socket, or the plant in this process. Ids are those of board.buses. */
export interface BusBackend {
  i2c(bus: string): I2cBus;
  gpio(bus: string): GpioBus;
  modbus(bus: string): ModbusBus;
  command(bus: string): CommandBus;
  files(bus: string): FilesBus;
  host(bus: string): HostBus;
  /** Counters of the buses themselves, beside those of the devices. */
  health?(): DeviceHealth[];
  close(): Promise<void>;
}

/** One sample of one channel of a device. `atMs` is monotonic time of the sample itself. */
export interface Sample {
  value: number;
  atMs: number;
  /** Why this one channel is unusable (value NaN) while the device answers: an open thermistor, a card without a figure. */
  fault?: string;
}

export interface Device {
  /** Reads all channels that the board uses. Throws a coded error naming what to check; the HAL marks its points bad. */
  poll?(): Promise<Record<string, Sample>>;
  /** Writes one output channel; resolves with the value confirmed (read back where the device allows). */
  write?(channel: string, value: number): Promise<number>;
  /** A trip contact: called at once, between ticks, when a safety input opens. */
  onTrip?(listener: (channel: string) => void): void;
  close?(): Promise<void>;
}

export interface DriverContext {
  buses: BusBackend;
  monoMs(): number;
}

export interface Channel {
  name: string;
  direction: 'in' | 'out';
}

/** A driver is one file and one line in drivers/index.ts. */
export interface Driver<P = unknown> {
  name: string;
  about: string;
  params: z.ZodType<P>;
  /** Params as a board file writes them: shown in the documents, and what the compliance suite opens. */
  example: Record<string, unknown>;
  /** The device's own time-out for set-points: the HAL writes them again at half of it. */
  timeoutMs?(params: P): number;
  channels(params: P): readonly Channel[];
  open(params: P, context: DriverContext): Promise<Device>;
}

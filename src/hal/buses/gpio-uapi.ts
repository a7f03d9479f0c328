/**
 * Structures of the GPIO character device, version 2 (Linux 5.10 and later), little-endian as on every board we know.
 * https://github.com/torvalds/linux/blob/v6.1/include/uapi/linux/gpio.h
 */
export const GPIO_GET_CHIPINFO = 0x8044b401;
export const GPIO_GET_LINEINFO = 0xc100b405;
export const GPIO_GET_LINE = 0xc250b407;
export const GPIO_GET_VALUES = 0xc010b40e;
export const GPIO_SET_VALUES = 0xc010b40f;

export const EVENT_BYTES = 48;
const REQUEST_BYTES = 592;
const AT = { consumer: 256, flags: 288, attributes: 296, attribute: 320, count: 560, eventBuffer: 564, fd: 588 };
const INPUT = 1 << 2;
const OUTPUT = 1 << 3;
const BOTH_EDGES = (1 << 4) | (1 << 5);
const OPEN_DRAIN = 1 << 6;
const BIAS = { 'pull-up': 1 << 8, 'pull-down': 1 << 9, none: 1 << 10 } as const;
const ATTRIBUTE_OUTPUT_VALUES = 2;
/** The kernel keeps at most this many events for a line until they are fetched; then it drops the oldest and goes on counting. */
const EVENTS_KEPT = 1024;

export type LineUse =
  | { direction: 'in'; bias: keyof typeof BIAS; edges: boolean }
  | { direction: 'out'; initial: 0 | 1; openDrain?: boolean };

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function text(bytes: Uint8Array, from: number, length: number): string {
  const part = bytes.subarray(from, from + length);
  const end = part.indexOf(0);
  return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end));
}

export const chipInfoBuffer = () => new Uint8Array(68);
export const chipInfoOf = (bytes: Uint8Array) => ({
  name: text(bytes, 0, 32),
  label: text(bytes, 32, 32),
  lines: viewOf(bytes).getUint32(64, true),
});

export function lineInfoBuffer(line: number): Uint8Array {
  const bytes = new Uint8Array(256);
  viewOf(bytes).setUint32(64, line, true);
  return bytes;
}
/** Who holds the line; empty for nobody. */
export const consumerOf = (bytes: Uint8Array): string => text(bytes, 32, 32);

/** A request for one line. The kernel writes the line's own descriptor into it: `lineFdOf`. */
export function lineRequest(line: number, use: LineUse): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, line, true);
  bytes.set(new TextEncoder().encode('heatmine'), AT.consumer);
  view.setUint32(AT.count, 1, true);
  if (use.direction === 'in') {
    view.setUint32(AT.flags, INPUT | BIAS[use.bias] | (use.edges ? BOTH_EDGES : 0), true);
    view.setUint32(AT.eventBuffer, use.edges ? EVENTS_KEPT : 0, true);
    return bytes;
  }
  view.setUint32(AT.flags, OUTPUT | (use.openDrain ? OPEN_DRAIN : 0), true);
  view.setUint32(AT.attributes, 1, true);
  view.setUint32(AT.attribute, ATTRIBUTE_OUTPUT_VALUES, true);
  view.setUint32(AT.attribute + 8, use.initial, true);
  view.setUint32(AT.attribute + 16, 1, true);
  return bytes;
}
export const lineFdOf = (request: Uint8Array): number => viewOf(request).getInt32(AT.fd, true);

/** Values of the one line of a request: the level to set, or room for the one to get. */
export function lineValues(level: 0 | 1 = 0): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[0] = level;
  bytes[8] = 1;
  return bytes;
}
export const levelOf = (values: Uint8Array): 0 | 1 => (values[0]! & 1 ? 1 : 0);

/** One event: level after the edge, the kernel's monotonic nanoseconds, and the count of this line's edges. */
export function eventAt(bytes: Uint8Array, offset: number): { level: 0 | 1; atNs: bigint; sequence: number } {
  const view = viewOf(bytes);
  return {
    atNs: view.getBigUint64(offset, true),
    level: view.getUint32(offset + 8, true) === 1 ? 1 : 0,
    sequence: view.getUint32(offset + 20, true),
  };
}
